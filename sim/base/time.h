#pragma once

#include <cstdint>

namespace imc
{

/// Time inside the simulator: integer femtoseconds, or cycles of one stated clock.
using Femtoseconds = std::int64_t;
using Cycle = std::int64_t;

inline constexpr double femtosecond_s = 1e-15;

/// Seconds to the nearest femtosecond. Throws std::invalid_argument outside [0, 9000 s].
Femtoseconds to_femtoseconds(double seconds);

/// A clock with an integer period in femtoseconds.
class Clock
{
public:
    /// Throws std::invalid_argument if the period is not positive.
    explicit Clock(Femtoseconds period);
    static Clock from_hertz(double hertz);

    Femtoseconds period() const { return period_; }
    double hertz() const { return 1.0 / (static_cast<double>(period_) * femtosecond_s); }
    /// Whole cycles that cover a duration: rounded up, once per phase by its caller, never per conversion.
    Cycle cycles(Femtoseconds duration) const { return (duration + period_ - 1) / period_; }
    Cycle cycles(double seconds) const { return cycles(to_femtoseconds(seconds)); }
    double seconds(Cycle cycles) const
    {
        return static_cast<double>(cycles) * (static_cast<double>(period_) * femtosecond_s);
    }

private:
    Femtoseconds period_;
};

} // namespace imc
