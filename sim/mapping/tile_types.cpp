#include "sim/mapping/tile_types.h"

#include <algorithm>
#include <map>

namespace imc::mapping
{

TileTypes::TileTypes(const ChipConfig& chip, const PrecisionOptions& precision, const Options& options)
    : chip_(chip), precision_(precision), options_(options)
{
    for (const TileConfig& tile : chip.tiles)
        macros_.push_back(make_macro(tile.core.macro));
}

bool TileTypes::holds_weights(TileTypeId type) const
{
    return weights_per_row((*this)[type].core.macro, precision_.weight_bits) > 0;
}

Tiling TileTypes::tiling(const Contraction& contraction, TileTypeId type) const
{
    return tile_contraction(contraction, (*this)[type].core.macro, precision_, options_);
}

/// Of the rows and columns that the largest arrays use.
MvmOperation TileTypes::operation(const Tiling& tiling, std::int64_t arrays) const
{
    int rows = 0, columns = 0;
    for (const ColumnBlock& block : tiling.blocks) {
        columns = std::max(columns, block.columns);
        for (const RowBlock& row : block.rows)
            rows = std::max(rows, row.rows);
    }
    return {rows, columns, static_cast<int>(arrays), precision_.activation_bits, precision_.signed_activations, {}};
}

double TileTypes::cycles_each(const Stage& stage, const Tiling& tiling, TileTypeId type) const
{
    const TileConfig& tile = (*this)[type];
    const MvmOperation op = operation(tiling, std::min<std::int64_t>(tiling.arrays, tile.core.macro.arrays));
    const auto schedule = macros_[type.value()]->schedule(op, chip_.clock());
    return std::max(static_cast<double>(schedule.interval),
                    cycles_on_arrays(stage, tiling, tile, precision_, options_).fetch);
}

StageCycles TileTypes::cycles_shared(const Stage& stage, const Tiling& tiling, std::int64_t products,
                                     TileTypeId type) const
{
    const TileConfig& tile = (*this)[type];
    if (tiling.blocks.empty())
        return cycles_on_vector_unit(stage, products, tile, precision_);
    StageCycles cycles = cycles_on_arrays(stage, tiling, tile, precision_, options_);
    // Vector work is done where its first operand is computed, spread over as many tiles.
    const double on_a_tile = std::min(1.0, static_cast<double>(tile.arrays()) / static_cast<double>(tiling.arrays));
    cycles.fetch += joined_fetch_cycles(stage, tile, precision_) * on_a_tile;
    cycles.sums *= on_a_tile;
    cycles.vector *= on_a_tile;
    return cycles;
}

StageCycles TileTypes::cycles_in_all(const Stage& stage, const Tiling& tiling, TileTypeId type) const
{
    Options alone = options_;
    alone.replication = Replication::none;
    StageCycles cycles = cycles_on_arrays(stage, tiling, (*this)[type], precision_, alone);
    cycles.fetch += joined_fetch_cycles(stage, (*this)[type], precision_);
    return cycles;
}

double TileTypes::energy_each(const Tiling& tiling, TileTypeId type) const
{
    const TileConfig& tile = (*this)[type];
    const std::int64_t each = tile.core.macro.arrays;
    double energy = 0.0;
    for (std::int64_t done = 0; done < tiling.arrays; done += each)
        for (const MacroEvent& event :
             macros_[type.value()]->counts(operation(tiling, std::min(each, tiling.arrays - done))))
            energy += event.event.unit.joules() * static_cast<double>(event.count);

    std::int64_t inputs = 0, sums = 0, results = 0, additions = 0;
    std::map<std::int64_t, std::int64_t> read; // from which channel on: column blocks of a group share their inputs
    for (const ColumnBlock& block : tiling.blocks) {
        std::int64_t k = 0;
        for (const RowBlock& row : block.rows) {
            k += row.rows;
            sums += block.channels() * sum_bits(row.rows, precision_);
        }
        std::int64_t& most = read[block.rows.front().input_begin];
        most = std::max(most, k);
        results += block.channels() * precision_.activation_bits;
        additions += block.channels() * (static_cast<std::int64_t>(block.rows.size()) - 1);
    }
    for (const auto& [channel, k] : read)
        inputs += k * precision_.activation_bits;
    const auto bits = [](std::int64_t count, double joules) { return static_cast<double>(count) * joules; };
    energy += bits((inputs + tile.buffer.port_bits - 1) / tile.buffer.port_bits, tile.buffer.read_energy_j);
    energy += bits(inputs, tile.bus.energy_per_bit_j + tile.core.input_register.energy_per_bit_j);
    energy += bits(sums, tile.core.bus.energy_per_bit_j + tile.core.output_register.energy_per_bit_j);
    energy += bits(additions, tile.accumulator.add_energy_j);
    energy += bits(results, tile.output_register.energy_per_bit_j);
    return energy;
}

double TileTypes::tile_area(TileTypeId type) const
{
    const TileConfig& tile = (*this)[type];
    double macro = 0.0;
    for (const ComponentArea& part : macros_[type.value()]->area())
        macro += part.area_m2;
    const double core = tile.core.macros * macro * tile.core.macro.area_overhead +
                        tile.core.input_register.cost.area_m2 + tile.core.output_register.cost.area_m2 +
                        tile.core.bus.cost.area_m2;
    return tile.cores * core + tile.buffer.cost.area_m2 + tile.output_register.cost.area_m2 + tile.bus.cost.area_m2 +
           tile.accumulator.cost.area_m2 + tile.vector_unit.cost.area_m2 + tile.control.area_m2;
}

std::int64_t TileTypes::whole_macros(std::int64_t arrays, TileTypeId type) const
{
    const std::int64_t each = (*this)[type].core.macro.arrays;
    return (arrays + each - 1) / each * each;
}

} // namespace imc::mapping
