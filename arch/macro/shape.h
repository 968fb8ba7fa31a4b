#pragma once

#include "arch/macro/macro.h"

namespace imc
{

/// The loop bounds of an operation on an analog macro, shared by the families of this folder.
struct AnalogShape {
    std::int64_t reads = 0;          ///< array reads: input slices × row groups × phases
    std::int64_t row_drives = 0;     ///< rows × slices × phases × arrays
    std::int64_t cell_columns = 0;   ///< columns whose cells conduct, references included, per array
    std::int64_t result_columns = 0; ///< conversions per read and array
};
AnalogShape analog_shape(const MacroConfig& config, const MvmOperation& operation);

/// Reads and conversions of `reads` slices when each read takes `read` cycles and its conversions `convert`.
/// Two banks: a read waits for the conversion before last; one: for the last. The last result follows `tail` later.
MacroSchedule pipeline(std::int64_t reads, Cycle read, Cycle convert, Cycle tail, int banks);

/// Everything that is counted in an analog macro; samples only with a sample-and-hold.
std::vector<MacroEvent> analog_counts(const Macro& macro, const MvmOperation& operation, bool samples);

/// Areas common to analog macros.
std::vector<ComponentArea> analog_area(const Macro& macro, std::int64_t adcs, std::int64_t shift_adds, bool samples);

/// Multiply-accumulates per second of 8-bit weights and inputs with all arrays busy.
double peak_macs_per_s(const Macro& macro, bool signed_input);

Femtoseconds femtoseconds(const ComponentCost& cost);

} // namespace imc
