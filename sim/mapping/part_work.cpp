#include "sim/mapping/part_work.h"

#include <algorithm>
#include <vector>

#include "sim/mapping/macro_arrays.h"

namespace imc::mapping
{

using program::Work;

PartWork::PartWork(const Mapping& mapping, const Graph& graph, const ChipConfig& chip,
                   const PrecisionOptions& precision, const Options& options)
    : mapping_(mapping), graph_(graph), chip_(chip), precision_(precision), options_(options)
{
}

namespace
{

struct BlockOfArray {
    const ColumnBlock* block;
    const RowBlock* row;
};

std::vector<BlockOfArray> arrays_of(const Part& part, const Tiling& tiling)
{
    std::vector<BlockOfArray> arrays;
    for (const ArrayRange& range : part.arrays)
        for (std::size_t r = range.row_begin; r < range.row_end; ++r)
            arrays.push_back({&tiling.blocks[range.block], &tiling.blocks[range.block].rows[r]});
    return arrays;
}

} // namespace

void PartWork::add_vector_work(const Part& part, Work& work) const
{
    for (const StageWork& item : mapping_.pipeline.stages[part.stage].work)
        work.vector.push_back({item.function, item.per_value * part.channels()});
    work.result_bits += part.channels() * precision_.activation_bits;
}

Work PartWork::of_vector(const Part& part) const
{
    const Stage& stage = mapping_.pipeline.stages[part.stage];
    Work work;
    if (stage.kind == StageKind::source || stage.kind == StageKind::sink) {
        work.memory_bits = stage.channels * precision_.activation_bits;
        return work;
    }
    add_vector_work(part, work);
    // Read from the tile buffer: the window of the part's channels, once for all results of a channel, and every joined
    // operand.
    for (std::size_t i = 0; i < stage.inputs.size(); ++i) {
        const StageInput& input = stage.inputs[i];
        std::int64_t channels = stage.mixes_channels ? stage.channels : part.channels();
        if (i == 0 && !stage.mixes_channels && input.view.channels() < stage.channels)
            channels = channels * input.view.channels() / stage.channels;
        const std::int64_t points = static_cast<std::int64_t>(input.rows.kernel) * input.columns.kernel;
        work.fetch_bits += channels * points * precision_.activation_bits;
    }
    if (stage.node.valid() && stage.macs > 0) // depthwise weights come from the buffer, too
        work.fetch_bits += part.channels() *
                           (stage.macs / std::max<std::int64_t>(1, stage.positions() * stage.channels)) *
                           precision_.weight_bits;
    work.fetch_bits_next = work.fetch_bits;
    return work;
}

Work PartWork::of_post(const Part& part) const
{
    Work work;
    add_vector_work(part, work);
    const Stage& stage = mapping_.pipeline.stages[part.stage];
    work.fetch_bits = part.channels() * precision_.activation_bits * static_cast<std::int64_t>(stage.inputs.size() - 1);
    work.fetch_bits_next = work.fetch_bits;
    return work;
}

Work PartWork::of_arrays(const Part& part, bool finish) const
{
    const Tiling& tiling = mapping_.layers[part.stage.value()].tiling;
    Work work;
    const auto arrays = static_cast<std::int64_t>(arrays_of(part, tiling).size());
    work.fetch_bits = distinct_rows(part, 0, arrays) * precision_.activation_bits;
    // Copies that take turns skip positions: what is in a register is of little use to its next one.
    work.fetch_bits_next = options_.fetch == Fetch::sliding && part.copies == 1
                               ? work.fetch_bits * tiling.columns_new / tiling.kernel_points
                               : work.fetch_bits;
    add_macros(part, work);
    for (const ArrayRange& range : part.arrays)
        work.accumulations +=
            static_cast<std::int64_t>(range.row_end - range.row_begin - 1) * tiling.blocks[range.block].channels();
    if (finish)
        add_vector_work(part, work);
    else
        work.result_bits += part.channels() * tiling.partial_sum_bits;
    const ArrayRange& tail = part.arrays.back();
    if (tail.row_end < tiling.blocks[tail.block].rows.size()) // partial sums for another tile
        work.result_bits += tiling.blocks[tail.block].channels() * tiling.partial_sum_bits;
    return work;
}

std::int64_t PartWork::distinct_rows(const Part& part, std::int64_t begin, std::int64_t end) const
{
    const Tiling& tiling = mapping_.layers[part.stage.value()].tiling;
    const auto arrays = arrays_of(part, tiling);
    // Rows are identified by (first input channel of the group's packing, k): blocks of one group share inputs.
    std::vector<std::pair<std::int64_t, std::int64_t>> spans;
    const Contraction& c = *graph_.node(mapping_.pipeline.stages[part.stage].node).as<Contraction>();
    const std::int64_t n = c.n;
    for (std::int64_t i = begin; i < end; ++i) {
        const BlockOfArray& array = arrays[static_cast<std::size_t>(i)];
        const std::int64_t group = array.block->channel_begin / n;
        const std::int64_t at = group * c.k + array.row->k_begin;
        spans.emplace_back(at, at + array.row->rows);
    }
    std::sort(spans.begin(), spans.end());
    std::int64_t rows = 0, reached = 0;
    for (const auto& [first, last] : spans) {
        rows += std::max<std::int64_t>(0, last - std::max(first, reached));
        reached = std::max(reached, last);
    }
    return rows;
}

void PartWork::add_macros(const Part& part, Work& work) const
{
    const Tiling& tiling = mapping_.layers[part.stage.value()].tiling;
    const std::vector<MacroArrays> macros = arrays_by_macro(part, chip_.tiles[mapping_.type_of(part.tile).value()]);
    std::int64_t core_begin = 0, arrays = 0;
    for (std::size_t m = 0; m < macros.size(); ++m) {
        program::MacroUse use;
        use.core = macros[m].core;
        use.macro = macros[m].macro;
        use.operation = {0, 0, 0, precision_.activation_bits, precision_.signed_activations, {}};
        // The arrays of a macro share a sequencer: each operation drives the most rows and converts the most columns
        // that any of them uses.
        for (const PlacedArray& array : macros[m].arrays) {
            const ColumnBlock& block = tiling.blocks[array.column_block];
            const RowBlock& row = block.rows[array.row_block];
            use.operation.arrays += 1;
            use.operation.rows = std::max(use.operation.rows, row.rows);
            use.operation.columns = std::max(use.operation.columns, block.columns);
            use.result_bits += block.channels() * sum_bits(row.rows, precision_);
        }
        arrays += use.operation.arrays;
        if (m + 1 == macros.size() || macros[m + 1].core != use.core) {
            work.register_bits += distinct_rows(part, core_begin, arrays) * precision_.activation_bits;
            core_begin = arrays;
        }
        work.macros.push_back(use);
    }
}

} // namespace imc::mapping
