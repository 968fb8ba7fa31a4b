#pragma once

#include <cstdint>

#include "sim/base/energy.h"
#include "sim/base/time.h"

namespace imc::trace
{

/// The part of a booking that falls into one bin of time, [index·width, (index+1)·width).
struct Share {
    std::int64_t bin = 0;
    std::int64_t count = 0;
    Energy energy;
};

/// value · part / whole, rounded down, without overflow for 0 ≤ part ≤ whole.
constexpr Energy::Wide fraction(Energy::Wide value, std::int64_t part, std::int64_t whole)
{
    return value / whole * part + value % whole * part / whole;
}

/// Divides a booking evenly over [start, end) and calls visit(Share) for every bin it touches. Shares are
/// differences of a rounded running sum, so that they add up to the booking exactly. A booking without
/// duration belongs to the bin of its start.
template <class Visit>
void divide(Femtoseconds start, Femtoseconds end, std::int64_t count, Energy energy, Femtoseconds width, Visit visit)
{
    const Femtoseconds whole = end - start;
    if (whole <= 0) {
        visit(Share{start / width, count, energy});
        return;
    }
    Share share;
    std::int64_t counted = 0;
    Energy::Wide spent = 0;
    for (share.bin = start / width; share.bin * width < end; ++share.bin) {
        const Femtoseconds until = end - share.bin * width <= width ? end : (share.bin + 1) * width;
        const auto count_until = static_cast<std::int64_t>(fraction(count, until - start, whole));
        const Energy::Wide spent_until = fraction(energy.quanta(), until - start, whole);
        share.count = count_until - counted;
        share.energy = Energy::from_quanta(spent_until - spent);
        counted = count_until;
        spent = spent_until;
        visit(share);
    }
}

} // namespace imc::trace
