#pragma once

#include <memory>
#include <vector>

#include "nas/surrogate/features.h"

namespace imc::nas
{

/// A Gaussian process over candidates of mixed kinds. With D_i the distance in variable i, its kernel is
///
///     Σ_i a_i κ_i  +  b Π_i exp(−θ_i D_i)  +  c · bag similarity,      κ_i = 1 − D_i (category), exp(−θ_i D_i)
///     (number)
///
/// plus noise: main effects, interactions of all orders, and effects of values wherever they are used. The
/// hyperparameters maximise the marginal likelihood times log-normal priors by Rprop on the analytic
/// gradient (Rasmussen & Williams 2006, eq. 5.9; Blum & Riedmiller, ESANN 2013).
class GaussianProcess
{
public:
    explicit GaussianProcess(const Features& features);
    ~GaussianProcess();
    GaussianProcess(GaussianProcess&&) noexcept;
    GaussianProcess& operator=(GaussianProcess&&) noexcept;
    GaussianProcess(const GaussianProcess& other);
    GaussianProcess& operator=(const GaussianProcess& other) = delete;

    using Codes = std::vector<std::vector<double>>;

    /// Improves the hyperparameters for these values, starting from those it has. Returns the logarithm of
    /// the marginal likelihood times the priors, of the values as they are (not standardised).
    double fit(const Codes& codes, const std::vector<double>& values, int iterations);

    /// Conditions on data with the hyperparameters it has.
    void condition(const Codes& codes, const std::vector<double>& values);

    struct Prediction {
        double mean;
        double deviation; ///< of the noiseless function
    };
    /// At each code, after condition().
    std::vector<Prediction> predict(const Codes& codes) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace imc::nas
