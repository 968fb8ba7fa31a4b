#pragma once

#include <cstdint>
#include <vector>

#include "arch/config/chip.h"
#include "arch/program/program.h"
#include "sim/mapping/lags.h"
#include "sim/mapping/options.h"

namespace imc::mapping
{

/// Rows of a flow that its receiver must have room for: those a window of the share reads and those that run
/// ahead meanwhile (`ahead`, see rows_ahead), and, to let layers overlap, what the next row's window adds.
/// With options.minimal_buffers only what the pipeline needs not to stop.
std::int64_t line_buffer_rows(const program::Reach& reach, const std::vector<int>& share,
                              const std::vector<int>& region, const std::vector<int>& ahead, const Options& options);

/// Bits of a tile's buffer that flows into it reserve.
std::vector<std::int64_t> reserved_bits(const program::Program& program);

/// Throws RunError naming the tile, its layers and the missing bytes if a reserve exceeds a tile's buffer.
void check_buffers(const program::Program& program, const ChipConfig& chip);

} // namespace imc::mapping
