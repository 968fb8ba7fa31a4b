#pragma once

#include <functional>
#include <vector>

namespace imc::cli
{

/// Positive parameters that minimise the sum of squared residuals: Gauss–Newton on their logarithms with
/// Levenberg–Marquardt damping and forward differences. At least as many residuals as parameters.
/// Throws std::invalid_argument if a start is not positive, RunError if a residual is not finite at the start.
std::vector<double> fit_positive(const std::vector<double>& start,
                                 const std::function<std::vector<double>(const std::vector<double>&)>& residuals);

} // namespace imc::cli
