#include "sim/mapping/macro_arrays.h"

namespace imc::mapping
{

std::vector<MacroArrays> arrays_by_macro(const Part& part, const TileConfig& tile)
{
    const std::int64_t per_macro = tile.core.macro.arrays;
    const std::int64_t per_core = per_macro * tile.core.macros;
    std::vector<MacroArrays> macros;
    std::int64_t slot = part.first_array;
    for (const ArrayRange& range : part.arrays)
        for (std::size_t row = range.row_begin; row < range.row_end; ++row, ++slot) {
            const int core = static_cast<int>(slot / per_core);
            const int macro = static_cast<int>(slot % per_core / per_macro);
            if (macros.empty() || macros.back().core != core || macros.back().macro != macro)
                macros.push_back({core, macro, {}});
            macros.back().arrays.push_back({range.block, row});
        }
    return macros;
}

} // namespace imc::mapping
