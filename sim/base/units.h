#pragma once

#include <cmath>

namespace imc
{

/// A key's unit as the user writes it, and the factor to SI.
struct Unit {
    const char* name;
    double to_si;
};

/// A value in SI. Small units are divided by the power of ten, which is exact, and not multiplied by its
/// inverse, which is not: 40 uS in a file is the same double as 40e-6 in the source.
inline double to_si(double value, Unit unit)
{
    return unit.to_si < 1.0 ? value / std::round(1.0 / unit.to_si) : value * unit.to_si;
}

namespace unit
{
inline constexpr Unit none{"", 1.0};
inline constexpr Unit seconds{"s", 1.0};
inline constexpr Unit microseconds{"us", 1e-6};
inline constexpr Unit nanoseconds{"ns", 1e-9};
inline constexpr Unit picoseconds{"ps", 1e-12};
inline constexpr Unit hertz{"Hz", 1.0};
inline constexpr Unit gigahertz{"GHz", 1e9};
inline constexpr Unit joules{"J", 1.0};
inline constexpr Unit picojoules{"pJ", 1e-12};
inline constexpr Unit femtojoules{"fJ", 1e-15};
inline constexpr Unit watts{"W", 1.0};
inline constexpr Unit milliwatts{"mW", 1e-3};
inline constexpr Unit microwatts{"uW", 1e-6};
inline constexpr Unit volts{"V", 1.0};
inline constexpr Unit ohms{"ohm", 1.0};
inline constexpr Unit siemens{"S", 1.0};
inline constexpr Unit microsiemens{"uS", 1e-6};
inline constexpr Unit farads{"F", 1.0};
inline constexpr Unit femtofarads{"fF", 1e-15};
inline constexpr Unit kelvins{"K", 1.0};
inline constexpr Unit square_micrometres{"um2", 1e-12};
inline constexpr Unit square_millimetres{"mm2", 1e-6};
inline constexpr Unit nanometres{"nm", 1e-9};
inline constexpr Unit micrometres{"um", 1e-6};
inline constexpr Unit bits{"bit", 1.0};
inline constexpr Unit bytes{"B", 1.0};
inline constexpr Unit cycles{"cycle", 1.0};
} // namespace unit

} // namespace imc
