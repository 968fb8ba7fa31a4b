#include "sim/run/activity.h"

#include <map>
#include <stdexcept>

#include "sim/mapping/macro_arrays.h"
#include "sim/values/layer_activity.h"

namespace imc::run
{

namespace
{

/// Of each column block, the number of its first array among those of the layer.
std::vector<std::size_t> first_arrays(const mapping::Tiling& tiling)
{
    std::vector<std::size_t> first;
    std::size_t next = 0;
    for (const mapping::ColumnBlock& block : tiling.blocks) {
        first.push_back(next);
        next += block.rows.size();
    }
    return first;
}

/// The actors that drive arrays, in the order of the parts that they come from.
std::map<std::size_t, program::Actor*> actors_of_parts(Mapped& mapped)
{
    std::map<std::size_t, program::Actor*> actors;
    std::size_t part = 0;
    for (program::Actor& actor : mapped.program.actors) {
        if (actor.work.macros.empty())
            continue;
        while (part < mapped.mapping.parts.size() && mapped.mapping.parts[part].arrays.empty())
            ++part;
        if (part == mapped.mapping.parts.size() || mapped.mapping.parts[part].tile != actor.tile)
            throw std::logic_error("actors and parts of a mapping are not in the same order");
        actors[part++] = &actor;
    }
    return actors;
}

} // namespace

void apply_activity(const values::MappedNetwork& network, std::span<const Value> image, const TileConfig& tile,
                    Mapped& mapped)
{
    const auto actors = actors_of_parts(mapped);
    const MacroConfig& macro = tile.core.macro;
    const bool pulsed = macro.input.coding != InputCoding::amplitude;
    execute(
        network.graph(), image, {},
        [&](NodeId node, std::span<const Value> operands, std::span<const ResultType> results) {
            const values::MappedLayer* layer = network.layer_of(node);
            if (!layer)
                return std::optional<std::vector<std::int64_t>>();
            const mapping::LayerMapping& placed = mapped.mapping.layers[layer->stage.value()];
            const auto first = first_arrays(placed.tiling);
            const auto feed = layer->matrix->feed({network.graph().node(node), operands, results});
            std::map<int, values::LayerActivity> copies;
            for (const std::size_t p : placed.parts) {
                const mapping::Part& part = mapped.mapping.parts[p];
                if (part.arrays.empty())
                    continue;
                const auto copy =
                    copies.try_emplace(part.copy, *layer->matrix, feed, part.copy, pulsed, macro.input.early_end).first;
                const auto macros = mapping::arrays_by_macro(part, tile);
                for (std::size_t m = 0; m < macros.size(); ++m) {
                    std::vector<std::size_t> arrays;
                    for (const mapping::PlacedArray& a : macros[m].arrays)
                        arrays.push_back(first[a.column_block] + a.row_block);
                    actors.at(p)->work.macros[m].operation.activity = copy->second.mean(arrays);
                }
            }
            return std::optional<std::vector<std::int64_t>>();
        });
}

} // namespace imc::run
