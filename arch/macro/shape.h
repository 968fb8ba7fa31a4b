#pragma once

#include "arch/macro/macro.h"

namespace imc
{

/// The loop bounds of an operation on an analog macro, shared by the families of this folder.
struct AnalogShape {
    std::vector<Femtoseconds> pulses; ///< of each array read: how long rows are driven; 0 where the array only settles
    std::vector<int> steps;           ///< of the conversion after each array read
    std::int64_t groups = 0;          ///< of rows, driven one after another
    std::int64_t row_drives = 0;      ///< rows × slices × phases × arrays
    std::int64_t edges = 0;           ///< pulse count: word-line edges over rows, slices, phases and arrays
    std::int64_t bit_reads = 0;       ///< per bit: rows × bits of a slice, over slices, phases and arrays
    std::int64_t longest = 0;         ///< sum of the largest slice values over reads
    std::int64_t cell_columns = 0;    ///< columns whose cells conduct, references included, per array
    std::int64_t result_columns = 0;  ///< conversions per read and array

    std::int64_t reads() const { return static_cast<std::int64_t>(pulses.size()); }
};
AnalogShape analog_shape(const Macro& macro, const MvmOperation& operation);

/// Reads of the given lengths, each followed by a conversion of `converts` cycles. Two banks: a read waits for the
/// conversion before last; one: for the last. The last result follows `tail` later.
MacroSchedule pipeline(const std::vector<Cycle>& reads, const std::vector<Cycle>& converts, Cycle tail, int banks);

/// Everything that is counted in an analog macro; samples only with a sample-and-hold.
std::vector<MacroEvent> analog_counts(const Macro& macro, const MvmOperation& operation, bool samples);

/// Areas common to analog macros.
std::vector<ComponentArea> analog_area(const Macro& macro, std::int64_t adcs, std::int64_t shift_adds, bool samples);

/// Multiply-accumulates per second of 8-bit weights and inputs with all arrays busy.
double peak_macs_per_s(const Macro& macro, bool signed_input);

Femtoseconds femtoseconds(const ComponentCost& cost);

} // namespace imc
