#pragma once

#include "sim/mapping/mapping.h"

namespace imc::mapping
{

/// What each tile does of each stage, from where the layers' copies lie: arrays to tiles, vector work to where its
/// first operand is computed, or to a tile of its own. Fills parts, uses of tile types and the memory's tile. Throws
/// ConfigError for a stage that cannot be divided so.
void allocate_parts(Mapping& mapping, const Graph& graph, const ChipConfig& chip);

} // namespace imc::mapping
