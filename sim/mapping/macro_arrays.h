#pragma once

#include <vector>

#include "arch/config/tile.h"
#include "sim/mapping/mapping.h"

namespace imc::mapping
{

/// An array of a tiling.
struct PlacedArray {
    std::size_t column_block = 0;
    std::size_t row_block = 0;
};

/// Arrays of a part that lie in one macro and work in lockstep.
struct MacroArrays {
    int core = 0;
    int macro = 0; ///< in the core
    std::vector<PlacedArray> arrays;
};

/// The arrays of a part by macro, in the order of their places on the tile.
std::vector<MacroArrays> arrays_by_macro(const Part& part, const TileConfig& tile);

} // namespace imc::mapping
