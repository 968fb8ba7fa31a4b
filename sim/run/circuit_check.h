#pragma once

#include <cstdint>

namespace imc::run
{

/// What came of carrying the values of the first image through the circuits (run.detail: circuit with accuracy).
struct CircuitCheck {
    double time_s = 0.0; ///< since programming; of the first instance
    std::int64_t arrays = 0;
    std::int64_t operations = 0; ///< of macros, whose results were compared
    std::int64_t outputs = 0;    ///< results of columns of weights, over all operations and arrays
    std::int64_t mismatches = 0; ///< of those, that are not the bulk path's
};

} // namespace imc::run
