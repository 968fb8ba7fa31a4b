#pragma once

#include <compare>
#include <cstdint>

namespace imc
{

/// Energy as an integer count of 1e-21 J, so that sums do not depend on order or threads.
/// A unit energy is rounded to the quantum once; totals are 128 bits wide and exact.
class Energy
{
public:
    __extension__ using Wide = __int128;

    constexpr Energy() = default;
    /// Rounds to the nearest quantum. Throws std::invalid_argument if negative, NaN or above 9e-3 J
    /// (a unit energy; totals may be larger).
    static Energy from_joules(double joules);
    static constexpr Energy from_quanta(Wide quanta)
    {
        Energy e;
        e.quanta_ = quanta;
        return e;
    }

    constexpr Wide quanta() const { return quanta_; }
    double joules() const; ///< nearest to the decimal number: a sum of decimals read from a trace gives the same

    constexpr Energy& operator+=(Energy other)
    {
        quanta_ += other.quanta_;
        return *this;
    }
    friend constexpr Energy operator+(Energy a, Energy b) { return a += b; }
    friend constexpr Energy operator-(Energy a, Energy b) { return from_quanta(a.quanta_ - b.quanta_); }
    friend constexpr Energy operator*(Energy a, std::int64_t count) { return from_quanta(a.quanta_ * count); }
    friend constexpr bool operator==(Energy, Energy) = default;
    friend constexpr auto operator<=>(Energy a, Energy b) { return a.quanta_ <=> b.quanta_; }

private:
    Wide quanta_ = 0;
};

inline constexpr double energy_quantum_j = 1e-21;

/// Energy of a constant power over an integer time: exact product rounded once.
Energy energy_of(double watts, std::int64_t femtoseconds);

} // namespace imc
