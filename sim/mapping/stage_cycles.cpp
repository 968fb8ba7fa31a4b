#include "sim/mapping/stage_cycles.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "arch/program/vector_cycles.h"

namespace imc::mapping
{

namespace
{

double steps(std::int64_t operations, std::int64_t at_once)
{
    return std::ceil(static_cast<double>(operations) / static_cast<double>(at_once));
}

double fetch_cycles(std::int64_t bits, const TileConfig& tile)
{
    return steps(bits, std::int64_t{tile.buffer.port_bits} * tile.buffer.banks);
}

double work_cycles(const std::vector<StageWork>& work, std::int64_t values, const TileConfig& tile)
{
    double cycles = 0.0;
    for (const StageWork& item : work)
        cycles += steps(item.per_value * values, tile.vector_unit.lanes) *
                  program::cycles_of(item.function, tile.vector_unit);
    return cycles;
}

} // namespace

double StageCycles::most() const { return std::max({fetch, sums, vector}); }

StageCycles& StageCycles::operator+=(const StageCycles& other)
{
    fetch += other.fetch;
    sums += other.sums;
    vector += other.vector;
    return *this;
}

StageCycles cycles_on_arrays(const Stage& stage, const Tiling& tiling, const TileConfig& tile,
                             const PrecisionOptions& precision, const Options& options)
{
    std::int64_t inputs = 0, values = 0, additions = 0;
    std::map<std::int64_t, std::int64_t> read; // from which channel on: column blocks of a group share their inputs
    for (const ColumnBlock& block : tiling.blocks) {
        std::int64_t k = 0;
        for (const RowBlock& row : block.rows)
            k += row.rows;
        std::int64_t& most = read[block.rows.front().input_begin];
        most = std::max(most, k);
        values += block.channels();
        additions += block.channels() * (static_cast<std::int64_t>(block.rows.size()) - 1);
    }
    for (const auto& [channel, k] : read)
        inputs += k;
    inputs = std::min(inputs, tile.arrays() * tile.core.macro.rows);
    std::int64_t bits = inputs * precision.activation_bits;
    if (options.fetch == Fetch::sliding && options.replication == Replication::none)
        bits = bits * tiling.columns_new / tiling.kernel_points;
    return {fetch_cycles(bits, tile), steps(additions, tile.accumulator.lanes), work_cycles(stage.work, values, tile)};
}

double joined_fetch_cycles(const Stage& stage, const TileConfig& tile, const PrecisionOptions& precision)
{
    const auto joined = static_cast<std::int64_t>(stage.inputs.size()) - 1;
    return fetch_cycles(joined * stage.channels * precision.activation_bits, tile);
}

StageCycles cycles_on_vector_unit(const Stage& stage, std::int64_t products, const TileConfig& tile,
                                  const PrecisionOptions& precision)
{
    std::int64_t bits = products * stage.channels * precision.weight_bits;
    for (const StageInput& input : stage.inputs)
        bits += stage.channels * input.rows.kernel * input.columns.kernel * precision.activation_bits;
    return {fetch_cycles(bits, tile), 0.0, work_cycles(stage.work, stage.channels, tile)};
}

} // namespace imc::mapping
