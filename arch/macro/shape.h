#pragma once

#include "arch/macro/macro.h"

namespace imc
{

/// The loop bounds of an operation on an analog macro, shared by the families of this folder.
struct AnalogShape {
    std::int64_t reads = 0;          ///< array reads: input slices × row groups × phases
    std::int64_t cell_columns = 0;   ///< columns whose cells conduct, references included, per array
    std::int64_t result_columns = 0; ///< conversions per read and array
};
AnalogShape analog_shape(const MacroConfig& config, const MvmOperation& operation);

/// Rows with a non-zero slice, over slices and arrays: as measured, or rows × slices × arrays × the assumed share.
std::int64_t active_row_slices(const MacroConfig& config, const MvmOperation& operation);
/// Sum of the slices' values, likewise.
std::int64_t slice_value_sum(const MacroConfig& config, const MvmOperation& operation);

/// Cell states (0 … 2^bits−1) summed over `conducting` cell reads: as measured, or at the assumed mean.
std::int64_t cell_states(const MacroConfig& config, const MvmOperation& operation, std::int64_t conducting);

/// Bits of the magnitude one slice can carry in this operation: pulse-width inputs are as long as their bits.
int slice_magnitude_bits(const MacroConfig& config, const MvmOperation& operation);

Femtoseconds femtoseconds(const ComponentCost& cost);

} // namespace imc
