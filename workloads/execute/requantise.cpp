#include "workloads/execute/requantise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

namespace imc
{

Requantiser::Requantiser(double scale)
{
    if (!(scale >= 0) || !std::isfinite(scale))
        throw std::invalid_argument(fmt::format("requantisation by the scale {}", scale));
    if (scale == 0)
        return;
    int exponent = 0;
    const double fraction = std::frexp(scale, &exponent); // in [0.5, 1)
    multiplier_ = static_cast<std::int64_t>(std::nearbyint(std::ldexp(fraction, 31)));
    shift_ = 31 - exponent;
    if (multiplier_ == std::int64_t{1} << 31) {
        multiplier_ >>= 1;
        --shift_;
    }
}

std::int64_t Requantiser::apply_wide(std::int64_t sum) const
{
    __extension__ using Wide = __int128;
    const Wide product = static_cast<Wide>(sum) * multiplier_;
    if (shift_ > 120)
        return 0;
    Wide rounded = 0;
    if (shift_ <= 0) {
        if (product == 0)
            return 0;
        if (shift_ < -32)
            rounded = product > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
        else
            rounded = product * (Wide{1} << -shift_);
    } else {
        const Wide unit = Wide{1} << shift_;
        rounded = product >> shift_; // towards −∞
        const Wide rest = product - rounded * unit;
        if (2 * rest > unit || (2 * rest == unit && (rounded & 1)))
            ++rounded;
    }
    return static_cast<std::int64_t>(
        std::clamp<Wide>(rounded, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()));
}

std::int64_t quantised(double x, std::int64_t zero_point, std::int64_t low, std::int64_t high)
{
    const double value = std::nearbyint(x) + static_cast<double>(zero_point);
    if (!(value > static_cast<double>(low)))
        return low;
    if (value >= static_cast<double>(high))
        return high;
    return static_cast<std::int64_t>(value);
}

} // namespace imc
