#pragma once

#include <cstdint>
#include <vector>

#include "arch/config/macro.h"
#include "sim/base/ledger.h"

namespace imc
{

/// What data an operation meets, as integer sums, so that its energy does not depend on the order of
/// adding up. A negative field is not known: the assumed share below takes its place (rounded half up).
struct MvmActivity {
    std::int64_t row_slices = -1; ///< rows with a non-zero slice, summed over slices and arrays
    std::int64_t input_sum = -1;  ///< sum of slice values (pulses, least intervals), over slices, rows and arrays
    std::int64_t level_sum = -1; ///< cell states (0 … 2^bits-1) under non-zero slices, summed likewise over columns too
    /// Of each read (slice by slice, phase by phase, group by group of rows) the largest slice value that any row of
    /// any array has in it: how long pulses last where reads end early. Empty: the largest there can be.
    std::vector<std::uint16_t> longest;
    double assumed_input = 0.5;  ///< share of non-zero slices and mean slice value over its maximum
    double assumed_weight = 0.5; ///< mean cell state over its maximum (share of ones in binary cells)
};

/// Operations in a row that meet the same data.
struct ActivityRun {
    std::int64_t operations = 0;
    MvmActivity activity;
};

/// One multiplication of an input vector with the cells of some arrays of a macro.
struct MvmOperation {
    int rows = 0;    ///< rows driven in each array
    int columns = 0; ///< physical columns in use in each array, reference columns not included
    int arrays = 1;  ///< arrays working in lockstep
    int input_bits = 8;
    bool signed_input = false;
    MvmActivity activity{};
};

/// The operation with every sum known: what was assumed as shares becomes integers (rounded half up), within what
/// rows, slices and columns allow.
MvmOperation with_known_activity(const MacroConfig& config, MvmOperation operation);

/// So many events of one type.
struct MacroEvent {
    EventType event;
    std::int64_t count = 0;
};

/// Writing cells: `rows` rows one after another, `columns` cells in each, in `arrays` arrays at once.
struct WriteOperation {
    int rows = 0;
    int columns = 0;
    int arrays = 1;
    std::int64_t pulses = -1; ///< over all cells, as a device model says; negative: cells × write.pulses
};

} // namespace imc
