#include "sim/run/activity.h"

#include <map>

#include "sim/mapping/macro_arrays.h"
#include "sim/run/part_actors.h"
#include "sim/values/layer_activity.h"

namespace imc::run
{

void apply_activity(const values::MappedNetwork& network, std::span<const Value> image, const ChipConfig& chip,
                    Mapped& mapped)
{
    const auto actors = actors_of_parts(mapped.mapping, mapped.program);
    execute(
        network.graph(), image, {},
        [&](NodeId node, std::span<const Value> operands, std::span<const ResultType> results) {
            const values::MappedLayer* layer = network.layer_of(node);
            if (!layer)
                return std::optional<std::vector<std::int64_t>>();
            const mapping::LayerMapping& placed = mapped.mapping.layers[layer->stage.value()];
            const TileConfig& tile = chip.tiles[layer->type.value()];
            const MacroConfig& macro = tile.core.macro;
            const bool pulsed = macro.input.coding != InputCoding::amplitude;
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
                    mapped.program.actors[actors.at(p)].work.macros[m].operation.activity = copy->second.mean(arrays);
                }
            }
            return std::optional<std::vector<std::int64_t>>();
        });
}

} // namespace imc::run
