#pragma once

#include <cstdint>
#include <vector>

#include "nas/space/space.h"

namespace imc::nas
{

/// Scrambled Halton sequence: the radical inverse of the index in the d-th prime, every digit position
/// permuted at random (Owen, "A randomized Halton algorithm in R", 2017). Low discrepancy in the first
/// dimensions, and never worse than random points in the later ones.
class Halton
{
public:
    Halton(std::size_t dimensions, std::uint64_t seed);
    std::vector<double> point(std::uint64_t index) const;

private:
    struct Dimension {
        std::uint64_t base;
        std::vector<std::vector<std::uint32_t>> digits; ///< one permutation per position
    };
    std::vector<Dimension> dimensions_;
};

/// The candidate at a point of the unit cube with one coordinate per slot, conditions settled.
Candidate at_point(const Space& space, const std::vector<double>& point, RandomStream& random);

} // namespace imc::nas
