#pragma once

#include "arch/config/tile.h"
#include "arch/program/program.h"

namespace imc::program
{

/// Cycles that a lane of a vector unit takes for one operation.
inline int cycles_of(VectorFunction function, const VectorUnitConfig& unit)
{
    const int cycles[vector_function_count] = {unit.add_cycles,    unit.multiply_cycles,   unit.compare_cycles,
                                               unit.lookup_cycles, unit.requantize_cycles, unit.divide_cycles,
                                               unit.copy_cycles};
    return cycles[static_cast<std::size_t>(function)];
}

} // namespace imc::program
