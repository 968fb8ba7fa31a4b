#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace imc
{

/// A real as T: integers truncate towards zero and saturate, NaN becomes 0 (undefined in plain C++).
template <class T> T saturate(double value)
{
    if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(value);
    } else {
        if (std::isnan(value))
            return T(0);
        if (value <= static_cast<double>(std::numeric_limits<T>::min()))
            return std::numeric_limits<T>::min();
        if (value >= static_cast<double>(std::numeric_limits<T>::max()))
            return std::numeric_limits<T>::max();
        return static_cast<T>(value);
    }
}

} // namespace imc
