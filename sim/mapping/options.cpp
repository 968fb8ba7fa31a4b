#include "sim/mapping/options.h"

namespace imc::mapping
{

namespace
{

constexpr config::Choice<Fetch> fetches[] = {
    {"full_window", Fetch::full_window, "every window is read whole from the tile buffer"},
    {"sliding", Fetch::sliding, "the input registers shift: only the window's new columns are read"},
};
constexpr config::Choice<RowOrder> row_orders[] = {
    {"channel", RowOrder::channel, "array rows run over channel, kernel row, kernel column"},
    {"kernel", RowOrder::kernel, "array rows run over kernel row, kernel column, channel"},
};
constexpr config::Choice<Depthwise> depthwises[] = {
    {"fastest", Depthwise::fastest, "whichever of the two takes less time per output position"},
    {"arrays", Depthwise::arrays, "packed block-diagonally into arrays"},
    {"vector_unit", Depthwise::vector_unit, "multiply-accumulated on the vector unit"},
};
constexpr config::Choice<Replication> replications[] = {
    {"none", Replication::none, "one copy of each layer"},
    {"balanced", Replication::balanced, "the slowest layer gets the next copy while the tile budget lasts"},
    {"fed", Replication::fed, "the same, without the copies that the network on chip does not keep busy"},
};
constexpr config::Choice<CopyShape> copy_shapes[] = {
    {"mixed", CopyShape::mixed, "strips of columns, the rows of a strip dealt out where that saves copies"},
    {"strips", CopyShape::strips, "whole columns as long as there are enough: less line buffer, more copies"},
};
constexpr config::Choice<Reduction> reductions[] = {
    {"cheapest", Reduction::cheapest, "per layer, whichever sends partial sums over fewer links"},
    {"reducer", Reduction::reducer, "each tile sends its sums to the tile with the last rows, which adds them up"},
    {"path", Reduction::path, "from tile to tile, each adding its own, to the tile with the last rows"},
};
constexpr config::Choice<Placement> placements[] = {
    {"improved", Placement::improved, "snake, then seeded exchanges that shorten the way of the bits"},
    {"snake", Placement::snake, "row by row, every other row backwards, in layer order"},
    {"random", Placement::random, "a seeded permutation, as a baseline"},
};

constexpr config::Choice<LayerKind> layer_kinds[] = {
    {"any", LayerKind::any, "every layer that runs on arrays"},
    {"first", LayerKind::first, "the first of them"},
    {"last", LayerKind::last, "the last of them"},
    {"depthwise", LayerKind::depthwise, "depthwise convolutions"},
    {"convolution", LayerKind::convolution, "convolutions that are not depthwise"},
    {"dense", LayerKind::dense, "fully connected layers and matrix products"},
};
constexpr config::Choice<TileChoice> tile_choices[] = {
    {"area", TileChoice::area, "area of the tiles that the layer takes"},
    {"energy", TileChoice::energy, "dynamic energy of its arrays, operands and results over an inference"},
    {"interval", TileChoice::interval, "time that a copy takes for its output positions"},
};

} // namespace

void PrecisionOptions::fields(config::Visitor& v)
{
    v.integer("weight_bits", weight_bits, {1, 16}, unit::bits, "width of weights on the arrays");
    v.integer("activation_bits", activation_bits, {1, 16}, unit::bits, "width of activations between layers");
    v.boolean("signed_activations", signed_activations, "activations may be negative");
}

void TileRule::fields(config::Visitor& v)
{
    v.text("layers", layers, "names of layers; * stands for any characters, ? for one");
    v.choice("kind", kind, layer_kinds, "which of them");
    v.text("tile", tile, "name of the tile type they are mapped on", config::Presence::required);
}

void Options::fields(config::Visitor& v)
{
    v.choice("fetch", fetch, fetches, "what is read from the tile buffer per output position");
    v.choice("row_order", row_order, row_orders, "how a convolution's kernel is laid out along array rows");
    v.choice("depthwise", depthwise, depthwises, "where depthwise convolutions run");
    v.choice("replication", replication, replications, "copies of layers that share the output positions");
    v.integer("tile_budget", tile_budget, {0, 1 << 24}, unit::none,
              "tiles replication may use; 0: the mesh, or as many as without replication if the mesh is fitted");
    v.choice("copy_shape", copy_shape, copy_shapes,
             "how copies divide a map; strips if a buffer is too small for mixed");
    v.boolean("share_tiles", share_tiles,
              "a layer may start on a tile that another left partly free; balanced replication does so anyway");
    v.integer("positions_per_copy", positions_per_copy, {0, 1 << 30}, unit::none,
              "replicate until no copy has more output positions than this; 0: no such bound");
    v.choice("reduction", reduction, reductions, "where partial sums of several tiles are added up");
    v.choice("placement", placement, placements, "which tile sits where on the mesh");
    v.integer("placement_moves", placement_moves, {0, 1 << 30}, unit::none, "exchanges the improved placement tries");
    v.boolean("minimal_buffers", minimal_buffers, "reserve only what keeps the pipeline from stopping; slower");
    v.integer("extra_rows", extra_rows, {0, 4096}, unit::none, "line buffer rows beyond window + stride");
    v.list("tile_of", tile_of, "on a chip of several tile types, layers that go to a type; the first that fits holds");
    v.choice(
        "tile_choice", tile_choice, tile_choices,
        "what is least on the tile type that a layer goes to without a rule, of the types that are not slower than "
        "some layer must be at least and whose tiles last; with balanced replication area or tiles times time");
}

} // namespace imc::mapping
