#pragma once

#include <span>
#include <vector>

namespace imc::nas
{

/// How much of an outcome's variance one variable explains on its own: the correlation ratio of the
/// outcome's ranks over groups of the variable's values, corrected for what chance explains (ε², Kelley
/// 1935), so that a variable without influence has about 0. Values with more than `bins` distinct ones are
/// grouped by quantile; NaN (inactive) is a group of its own.
double importance(std::span<const double> values, std::span<const double> outcomes, std::size_t bins = 8);

} // namespace imc::nas
