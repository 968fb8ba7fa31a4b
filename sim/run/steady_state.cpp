#include "sim/run/steady_state.h"

#include <algorithm>

namespace imc::run
{

namespace
{

constexpr std::size_t longest_period = 8;
constexpr std::size_t repetitions = 3;
constexpr std::size_t decisive = 10;

} // namespace

std::optional<SteadyState> find_steady_state(const std::vector<Cycle>& completions, Cycle least)
{
    if (completions.size() < 2)
        return std::nullopt;
    const std::size_t intervals = completions.size() - 1;
    const auto interval = [&](std::size_t back) {
        const std::size_t i = completions.size() - 1 - back;
        return completions[i] - completions[i - 1];
    };
    for (std::size_t period = 1; period <= longest_period && period * repetitions <= intervals; ++period) {
        const Cycle span = completions.back() - completions[completions.size() - 1 - period];
        const bool settled = span <= least * static_cast<Cycle>(period);
        const std::size_t window = settled ? period * repetitions : std::max(period * repetitions, decisive);
        bool repeats = window <= intervals;
        for (std::size_t i = 0; repeats && i + period < window; ++i)
            repeats = interval(i) == interval(i + period);
        if (repeats)
            return SteadyState{static_cast<double>(span) / static_cast<double>(period),
                               static_cast<std::int64_t>(period), window};
    }
    return std::nullopt;
}

bool lasts(const std::vector<std::vector<std::int64_t>>& progress, const std::vector<std::int64_t>& per_inference,
           std::size_t intervals, std::int64_t permitted)
{
    const std::vector<std::int64_t>& now = progress.back();
    const std::vector<std::int64_t>& before = progress.at(progress.size() - 1 - intervals);
    for (std::size_t a = 0; a < per_inference.size(); ++a)
        if (now[a] - before[a] < static_cast<std::int64_t>(intervals) * per_inference[a] &&
            now[a] / per_inference[a] < permitted)
            return false;
    return true;
}

SteadyState mean_of_last(const std::vector<Cycle>& completions)
{
    const std::size_t n = std::min<std::size_t>(8, completions.size() - 1);
    const Cycle span = completions.back() - completions[completions.size() - 1 - n];
    return {static_cast<double>(span) / static_cast<double>(n), 0, n};
}

} // namespace imc::run
