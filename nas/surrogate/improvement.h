#pragma once

#include <span>
#include <vector>

#include "nas/indicators/dominance.h"

namespace imc::nas
{

/// What a surrogate believes about one objective of a candidate: normal, or log-normal above `floor`; a
/// deviation of 0 is certainty.
struct Belief {
    double mean = 0.0;
    double deviation = 0.0;
    bool log = false;
    double floor = 0.0; ///< with log: exp(normal) + floor
    /// E[max(0, a − objective)].
    double expected_shortfall(double a) const;
    /// The objective's median.
    double median() const;
};

/// Expected gain in hypervolume of one more point with independent objectives, exact: the region that no
/// front point dominates is cut into boxes, in each of which the expectation is a product of one-dimensional
/// integrals (Emmerich et al. 2011; Yang et al., J. Glob. Opt. 75, 2019).
class ExpectedImprovement
{
public:
    ExpectedImprovement(std::span<const Objectives> front, const Objectives& reference);
    double operator()(std::span<const Belief> beliefs) const;

private:
    using Sides = std::vector<std::pair<std::size_t, std::size_t>>;
    void cut(std::vector<std::size_t> points, std::size_t dimensions, Sides sides);

    /// Per objective the coordinates at which boxes end, ascending, the reference last.
    std::vector<std::vector<double>> edges_;
    std::vector<Objectives> front_;
    /// A box is, per objective, (lower edge + 1, upper edge) as indices into edges_; a lower 0 is −∞.
    std::vector<Sides> boxes_;
};

} // namespace imc::nas
