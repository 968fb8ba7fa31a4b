#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/base/time.h"

namespace imc::run
{

struct SteadyState {
    double interval = 0.0;   ///< mean cycles between outputs
    std::int64_t period = 0; ///< outputs after which the intervals repeat; 0: mean of the last eight
};

/// The shortest pattern (at most 8 intervals) that the last intervals repeat three times.
std::optional<SteadyState> find_steady_state(const std::vector<Cycle>& completions);
/// The mean of the last eight intervals (or of as many as there are, at least one).
SteadyState mean_of_last(const std::vector<Cycle>& completions);

} // namespace imc::run
