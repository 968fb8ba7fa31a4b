#include "sim/base/time.h"

#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace imc
{

Femtoseconds to_femtoseconds(double seconds)
{
    if (!(seconds >= 0.0 && seconds <= 9000.0))
        throw std::invalid_argument(fmt::format("duration must be in [0, 9000] s, got {} s", seconds));
    return static_cast<Femtoseconds>(std::llround(seconds / femtosecond_s));
}

Clock::Clock(Femtoseconds period) : period_(period)
{
    if (period <= 0)
        throw std::invalid_argument(fmt::format("clock period must be positive, got {} fs", period));
}

Clock Clock::from_hertz(double hertz)
{
    if (!(hertz > 0.0))
        throw std::invalid_argument(fmt::format("clock frequency must be positive, got {} Hz", hertz));
    return Clock(to_femtoseconds(1.0 / hertz));
}

} // namespace imc
