#pragma once

#include <cstdint>
#include <vector>

#include "arch/config/macro.h"
#include "sim/mapping/options.h"
#include "sim/mapping/stages.h"

/// A contraction's matrix cut into arrays.
namespace imc::mapping
{

/// Rows [k_begin, k_end) of a column block, on one array.
struct RowBlock {
    std::int64_t k_begin = 0; ///< within the group; of the first group if several are packed
    std::int64_t k_end = 0;
    std::int64_t input_begin = 0; ///< channels of the moving operand these rows read
    std::int64_t input_end = 0;
    int rows = 0; ///< word lines in use
};

/// Result channels [channel_begin, channel_end), on as many arrays as it has row blocks.
struct ColumnBlock {
    std::int64_t channel_begin = 0;
    std::int64_t channel_end = 0;
    int columns = 0; ///< bit lines in use
    std::vector<RowBlock> rows;
    std::int64_t channels() const { return channel_end - channel_begin; }
};

struct Tiling {
    std::vector<ColumnBlock> blocks;
    std::int64_t arrays = 0;        ///< of one copy
    std::int64_t cells = 0;         ///< that hold weights, of one copy
    int required_bits = 0;          ///< converter resolution that loses nothing (DESIGN §3)
    int partial_sum_bits = 0;       ///< width of a complete result before requantisation
    std::int64_t kernel_points = 1; ///< taps of the window
    std::int64_t columns_new = 1;   ///< of the window's taps, those a step along a row brings in (sliding fetch)
};

/// Several groups share an array block-diagonally where they fit.
Tiling tile_contraction(const Contraction& contraction, const MacroConfig& macro, const PrecisionOptions& precision,
                        const Options& options);

/// The width of Σ over `k` products of unsigned or signed inputs and signed weights.
int sum_bits(std::int64_t k, const PrecisionOptions& precision);

} // namespace imc::mapping
