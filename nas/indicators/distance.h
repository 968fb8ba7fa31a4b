#pragma once

#include <span>

#include "nas/indicators/dominance.h"

namespace imc::nas
{

/// Inverted generational distance: mean Euclidean distance from each point of the true front to the
/// nearest point found.
double igd(std::span<const Objectives> found, std::span<const Objectives> truth);

/// IGD+: as igd(), counting only the objectives in which the found point is worse (Ishibuchi et al., EMO 2015).
double igd_plus(std::span<const Objectives> found, std::span<const Objectives> truth);

/// Generalised spread (Zhou et al., CEC 2006): 0 for evenly spaced points that reach the ends of the true
/// front, for any number of objectives. NaN for fewer than two points.
double spread(std::span<const Objectives> found, std::span<const Objectives> truth);

} // namespace imc::nas
