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
    std::size_t seen = 0;    ///< intervals looked at
};

/// The shortest pattern (at most 8 intervals) that the last intervals repeat three times. As long as its mean is above
/// `least`, what is slowest may not have set the pace yet: then the pattern must hold for at least 10 intervals, which
/// tell any two patterns of at most 8 apart (Fine, Wilf, Proc. AMS 16, 1965, theorem 1: 8 + p − gcd(8, p) intervals, no
/// more than 10 or 3 p).
std::optional<SteadyState> find_steady_state(const std::vector<Cycle>& completions, Cycle least);
/// Whether what repeats can go on: `progress` has, at each completion, the firings of every actor, of which an
/// inference takes `per_inference` (0: nobody waits for it). Who fell behind the output while the last `intervals`
/// passed is slower, and what had been done ahead of it will be used up; unless it was through with all `permitted`
/// inferences.
bool lasts(const std::vector<std::vector<std::int64_t>>& progress, const std::vector<std::int64_t>& per_inference,
           std::size_t intervals, std::int64_t permitted);
/// The mean of the last eight intervals (or of as many as there are, at least one).
SteadyState mean_of_last(const std::vector<Cycle>& completions);

} // namespace imc::run
