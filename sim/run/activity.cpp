#include "sim/run/activity.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "sim/mapping/macro_arrays.h"
#include "sim/run/part_actors.h"
#include "sim/values/layer_activity.h"

namespace imc::run
{

namespace
{

/// Arrays of each of a part's macros, by their numbers in the layer's matrix.
std::vector<std::vector<std::size_t>> arrays_of_macros(const mapping::Part& part, const TileConfig& tile,
                                                       const std::vector<std::size_t>& first)
{
    std::vector<std::vector<std::size_t>> macros;
    for (const mapping::MacroArrays& macro : mapping::arrays_by_macro(part, tile)) {
        macros.emplace_back();
        for (const mapping::PlacedArray& a : macro.arrays)
            macros.back().push_back(first[a.column_block] + a.row_block);
    }
    return macros;
}

/// Output positions of a share in the order in which an actor fires.
std::vector<std::int64_t> positions_of(const program::Region& share, int width)
{
    std::vector<std::int64_t> positions;
    for (const int row : share.rows)
        for (const int column : share.columns)
            positions.push_back(std::int64_t{row} * width + column);
    return positions;
}

std::int64_t operations_of(const program::Actor& actor)
{
    return actor.share.tokens() * static_cast<std::int64_t>(actor.work.macros.size());
}

/// Most runs that each of an actor's macros may keep, so that all traces fit in some hundred megabytes: a run takes
/// some 500 bytes, its schedule and events included.
std::size_t runs_of(const program::Actor& actor, std::int64_t operations)
{
    constexpr std::int64_t most = 1 << 20, least = 16;
    const std::int64_t tokens = actor.share.tokens();
    return static_cast<std::size_t>(operations <= most ? std::max(tokens, least)
                                                       : std::max(least, tokens * most / operations));
}

/// Where the macros of one layer find what an image feeds to them.
class LayerData
{
public:
    LayerData(const values::MappedLayer& layer, const kernel::Arguments& operands, const TileConfig& tile,
              const Mapped& mapped)
        : matrix_(*layer.matrix), feed_(matrix_.feed(operands)), tile_(tile),
          stage_(mapped.mapping.pipeline.stages[layer.stage]),
          first_(first_arrays(mapped.mapping.layers[layer.stage.value()].tiling))
    {
    }

    void set_means(const mapping::Part& part, program::Actor& actor)
    {
        const bool pulsed = tile_.core.macro.input.coding != InputCoding::amplitude;
        const auto copy = means_.try_emplace(part.copy, matrix_, feed_, part.copy, pulsed).first;
        const auto macros = arrays_of_macros(part, tile_, first_);
        for (std::size_t m = 0; m < macros.size(); ++m)
            actor.work.macros[m].operation.activity = copy->second.mean(macros[m]);
    }

    void set_traces(const mapping::Part& part, program::Actor& actor, std::size_t limit, TraceSize& size)
    {
        const imc::Contraction& c = matrix_.contraction();
        if (stage_.positions() != c.batch * c.m)
            throw std::logic_error("a layer's map and its output positions differ in size");
        std::vector<values::TracedMacro> traced;
        for (auto& arrays : arrays_of_macros(part, tile_, first_))
            traced.push_back({std::move(arrays), actor.work.macros[traced.size()].operation});
        const auto traces = values::trace_layer(matrix_, feed_, tile_.core.macro, traced,
                                                positions_of(actor.share, stage_.width), limit);
        for (std::size_t m = 0; m < traces.size(); ++m) {
            actor.work.macros[m].trace = traces[m].runs();
            size.operations += traces[m].operations();
            size.runs += static_cast<std::int64_t>(traces[m].runs().size());
            size.exact = size.exact && traces[m].exact();
        }
    }

private:
    const values::LayerMatrix& matrix_;
    values::LayerMatrix::Feed feed_;
    const TileConfig& tile_;
    const mapping::Stage& stage_;
    std::vector<std::size_t> first_;
    std::map<int, values::LayerActivity> means_; ///< by copy
};

} // namespace

std::optional<TraceSize> apply_activity(const values::MappedNetwork& network, std::span<const Value> image,
                                        const ChipConfig& chip, Mapped& mapped)
{
    const auto actors = actors_of_parts(mapped.mapping, mapped.program);
    std::int64_t operations = 0;
    for (const auto& [part, actor] : actors)
        operations += operations_of(mapped.program.actors[actor]);
    std::optional<TraceSize> size;
    execute(network.graph(), image, {},
            [&](NodeId node, std::span<const Value> operands, std::span<const ResultType> results) {
                const values::MappedLayer* layer = network.layer_of(node);
                if (!layer)
                    return std::optional<std::vector<std::int64_t>>();
                const TileConfig& tile = chip.tiles[layer->type.value()];
                const bool follow = tile.core.macro.input.early_end;
                if (follow && !size)
                    size.emplace();
                LayerData data(*layer, {network.graph().node(node), operands, results}, tile, mapped);
                for (const std::size_t p : mapped.mapping.layers[layer->stage.value()].parts) {
                    const mapping::Part& part = mapped.mapping.parts[p];
                    if (part.arrays.empty())
                        continue;
                    program::Actor& actor = mapped.program.actors[actors.at(p)];
                    for (program::MacroUse& use : actor.work.macros)
                        use.operation.signed_input = layer->matrix->spec().input_signed;
                    data.set_means(part, actor);
                    if (follow)
                        data.set_traces(part, actor, runs_of(actor, operations), *size);
                }
                return std::optional<std::vector<std::int64_t>>();
            });
    return size;
}

} // namespace imc::run
