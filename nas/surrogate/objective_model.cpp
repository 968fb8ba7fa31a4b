#include "nas/surrogate/objective_model.h"

#include <algorithm>
#include <cmath>

namespace imc::nas
{

namespace
{

/// The floor lies this share of the range below the least value.
constexpr double margin = 0.1;

} // namespace

std::vector<double> ObjectiveModel::logarithms(const std::vector<double>& values) const
{
    std::vector<double> logs;
    for (const double v : values)
        logs.push_back(std::log(std::max(v - floor_, 1e-300)));
    return logs;
}

void ObjectiveModel::fit(const GaussianProcess::Codes& codes, const std::vector<double>& values, int iterations)
{
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    floor_ = *low - margin * (*high > *low ? *high - *low : 1.0);
    const std::vector<double> logs = logarithms(values);
    // The density of the values is that of their logarithms over the values' distance from the floor.
    double jacobian = 0;
    for (const double l : logs)
        jacobian += l;
    const double plain = plain_.fit(codes, values, iterations);
    use_log_ = log_.fit(codes, logs, iterations) - jacobian > plain;
}

void ObjectiveModel::condition(const GaussianProcess::Codes& codes, const std::vector<double>& values)
{
    if (use_log_)
        log_.condition(codes, logarithms(values));
    else
        plain_.condition(codes, values);
}

std::vector<Belief> ObjectiveModel::predict(const GaussianProcess::Codes& codes) const
{
    std::vector<Belief> beliefs;
    for (const auto& p : (use_log_ ? log_ : plain_).predict(codes))
        beliefs.push_back({p.mean, p.deviation, use_log_, floor_});
    return beliefs;
}

} // namespace imc::nas
