#pragma once

#include <cstdint>
#include <stdexcept>

namespace imc
{

/// a · b, a + b; throw std::overflow_error beyond 62 bits, so that sums of two stay safe.
inline std::int64_t checked_multiply(std::int64_t a, std::int64_t b)
{
    std::int64_t r = 0;
    if (__builtin_mul_overflow(a, b, &r) || r > (std::int64_t{1} << 62) || r < -(std::int64_t{1} << 62))
        throw std::overflow_error("product of sizes is beyond 62 bits");
    return r;
}

inline std::int64_t checked_add(std::int64_t a, std::int64_t b)
{
    std::int64_t r = 0;
    if (__builtin_add_overflow(a, b, &r) || r > (std::int64_t{1} << 62) || r < -(std::int64_t{1} << 62))
        throw std::overflow_error("sum of sizes is beyond 62 bits");
    return r;
}

} // namespace imc
