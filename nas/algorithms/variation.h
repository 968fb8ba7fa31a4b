#pragma once

#include <vector>

#include "nas/space/space.h"

namespace imc::nas
{

/// How offspring differ from their parents. Numbers vary in the unit interval of their variable.
struct VariationConfig {
    double crossover_probability = 0.8;
    double crossover_index = 15.0;
    double mutation_index = 20.0;
};

/// A child of `a` and `b`: simulated binary crossover for numbers (Deb & Agrawal 1995, bounded form as in
/// Deb's NSGA-II code), uniform for categories, order crossover for permutations; then every active variable
/// mutates with probability 1 / their number: polynomial mutation, another category, an item moved.
Candidate offspring(const Space& space, const Candidate& a, const Candidate& b, const VariationConfig& config,
                    RandomStream& random);

/// Changes one random active variable: a number by polynomial mutation, but to another value.
void mutate_one(const Space& space, Candidate& candidate, RandomStream& random, double index = 20.0);

} // namespace imc::nas
