#pragma once

#include <span>

#include "nas/indicators/dominance.h"

namespace imc::nas
{

/// The volume dominated by `points` and bounded by `reference` (less is better; points that do not
/// strictly dominate the reference count nothing). Exact for any number of objectives: a sweep in 2-D, a
/// sweep over a staircase in 3-D, O(n log n) (Beume et al., IEEE TEC 13(5), 2009), and above that
/// exclusive volumes of limit sets, dimension by dimension (WFG: While et al., IEEE TEC 16(1), 2012).
double hypervolume(std::span<const Objectives> points, std::span<const double> reference);

/// What the volume loses if `points[index]` is taken away.
double hypervolume_contribution(std::span<const Objectives> points, std::size_t index,
                                std::span<const double> reference);

} // namespace imc::nas
