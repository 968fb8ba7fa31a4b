#pragma once

#include "arch/config/chip.h"
#include "arch/program/program.h"
#include "sim/mapping/mapping.h"

namespace imc::mapping
{

/// The program of a mapping; endpoints are left to placement. Throws RunError if the buffers of a tile do not
/// hold what must be kept, naming the tile's layers and by how much.
program::Program build_program(const Mapping& mapping, const Graph& graph, const ChipConfig& chip,
                               const PrecisionOptions& precision, const Options& options);

} // namespace imc::mapping
