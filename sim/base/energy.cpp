#include "sim/base/energy.h"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace imc
{

Energy Energy::from_joules(double joules)
{
    if (!(joules >= 0.0 && joules <= 9e-3))
        throw std::invalid_argument(fmt::format("unit energy must be in [0, 9e-3] J, got {} J", joules));
    return from_quanta(std::llround(joules / energy_quantum_j));
}

double Energy::joules() const
{
    // By way of the decimal: a product with 1e-21 would be off by a digit in the last place every other time.
    std::array<char, 64> text;
    const char* end = fmt::format_to(text.begin(), "{}e-21", quanta_);
    double joules = 0.0;
    std::from_chars(text.begin(), end, joules);
    return joules;
}

Energy energy_of(double watts, std::int64_t femtoseconds)
{
    if (!(watts >= 0.0 && watts <= 1e6) || femtoseconds < 0)
        throw std::invalid_argument(fmt::format("power {} W over {} fs has no energy", watts, femtoseconds));
    // 1 W x 1 fs = 1e-15 J = 1e6 quanta. Power is rounded once to 1e-12 W so that the energy of two
    // intervals is the energy of their union.
    const Energy::Wide picowatts = std::llround(watts * 1e12);
    return Energy::from_quanta(picowatts * femtoseconds / 1'000'000);
}

} // namespace imc
