#pragma once

#include <memory>

#include "nas/surrogate/gaussian_process.h"
#include "nas/surrogate/improvement.h"

namespace imc::nas
{

/// The surrogate of one objective: a Gaussian process of its values or of their logarithm above a floor,
/// whichever explains the data better.
class ObjectiveModel
{
public:
    explicit ObjectiveModel(const Features& features) : plain_(features), log_(features) {}

    void fit(const GaussianProcess::Codes& codes, const std::vector<double>& values, int iterations);
    void condition(const GaussianProcess::Codes& codes, const std::vector<double>& values);
    std::vector<Belief> predict(const GaussianProcess::Codes& codes) const;

private:
    std::vector<double> logarithms(const std::vector<double>& values) const;

    GaussianProcess plain_;
    GaussianProcess log_;
    bool use_log_ = false;
    double floor_ = 0.0;
};

} // namespace imc::nas
