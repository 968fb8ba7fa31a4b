#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "workloads/execute/execute.h"
#include "workloads/transform/quantise.h"

namespace imc
{

namespace
{

ValueRange range_of(const Value& value, double percentile)
{
    std::vector<double> values = value.to_reals();
    std::erase_if(values, [](double v) { return !std::isfinite(v); });
    if (values.empty())
        return {};
    if (percentile >= 100) {
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        return {*low, *high};
    }
    const auto last = static_cast<double>(values.size() - 1);
    const auto at = static_cast<std::ptrdiff_t>(std::nearbyint(last * percentile / 100));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    const double high = values[static_cast<std::size_t>(at)];
    const auto mirrored = static_cast<std::ptrdiff_t>(last) - at;
    std::nth_element(values.begin(), values.begin() + mirrored, values.end());
    return {values[static_cast<std::size_t>(mirrored)], high};
}

} // namespace

ValueRanges calibrate(const Graph& graph, std::span<const std::vector<Value>> samples, double percentile)
{
    if (!(percentile > 50 && percentile <= 100))
        throw std::invalid_argument(fmt::format("percentile {} is not in (50, 100]", percentile));
    if (samples.empty())
        throw ConfigError(graph.name, "calibration needs at least one sample");
    ValueRanges ranges(graph.tensors().size());
    bool first = true;
    for (const std::vector<Value>& sample : samples) {
        execute(graph, sample, [&](TensorId id, const Value& value) {
            const ValueRange r = range_of(value, percentile);
            ValueRange& total = ranges[id];
            if (percentile < 100) {
                total.low += r.low / static_cast<double>(samples.size());
                total.high += r.high / static_cast<double>(samples.size());
            } else {
                total = first ? r : ValueRange{std::min(total.low, r.low), std::max(total.high, r.high)};
            }
        });
        first = false;
    }
    return ranges;
}

} // namespace imc
