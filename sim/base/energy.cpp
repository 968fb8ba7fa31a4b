#include "sim/base/energy.h"

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

double Energy::joules() const { return static_cast<double>(quanta_) * energy_quantum_j; }

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
