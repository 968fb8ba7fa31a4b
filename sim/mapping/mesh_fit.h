#pragma once

#include <string>

#include "sim/mapping/mapping.h"

namespace imc::mapping
{

/// Chooses the mesh that holds the mapping's tiles, or takes the chip's. Throws RunError with the tiles that are
/// missing, of each type, if there are too few.
void fit_mesh(Mapping& mapping, const std::string& network, const ChipConfig& chip);

} // namespace imc::mapping
