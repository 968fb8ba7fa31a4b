#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace imc::nas
{

/// Objective values of one candidate. Here and in all indicators and algorithms less is better: who
/// maximises, negates.
using Objectives = std::vector<double>;

/// Pareto dominance: nowhere worse and somewhere better.
bool dominates(std::span<const double> a, std::span<const double> b);

/// Ranks of points: 0 for the non-dominated, 1 for those dominated only by rank 0, and so on. With
/// `violations` (0 = feasible), every feasible point comes before every infeasible one, and these are
/// ranked by violation alone (Deb et al., IEEE TEC 6(2), 2002, section VI). Efficient non-dominated
/// sort, sequential, with the 2-D binary search (Zhang et al., IEEE TEC 19(2), 2015).
std::vector<std::size_t> non_dominated_ranks(std::span<const Objectives> points,
                                             std::span<const double> violations = {});

/// Indices of the non-dominated points, ascending; of equal points the first.
std::vector<std::size_t> non_dominated(std::span<const Objectives> points);

/// Crowding distances within one front (Deb et al. 2002, section III-B); infinite at the ends.
std::vector<double> crowding_distances(std::span<const Objectives> points, std::span<const std::size_t> front);

} // namespace imc::nas
