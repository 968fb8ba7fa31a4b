#pragma once

#include <vector>

/// How far two orders of the same things agree.
namespace imc::cli
{

/// Spearman's ρ: the linear correlation of ranks, ties at their mean rank. NaN if one side is all ties.
/// Throws std::invalid_argument if the lengths differ (as does kendall).
double spearman(const std::vector<double>& a, const std::vector<double>& b);

/// Kendall's τ-b: concordant minus discordant pairs over the geometric mean of the pairs that are not tied in a
/// and in b. NaN if one side is all ties.
double kendall(const std::vector<double>& a, const std::vector<double>& b);

/// Which points no other point beats: not worse in both coordinates and better in one (less is better).
std::vector<char> non_dominated(const std::vector<double>& x, const std::vector<double>& y);

} // namespace imc::cli
