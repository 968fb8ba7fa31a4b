#pragma once

#include <cmath>
#include <memory>

#include "nas/algorithms/algorithm.h"
#include "nas/evaluators/problems.h"
#include "nas/indicators/hypervolume.h"

namespace imc::nas::test
{

using Evaluate = std::function<Outcome(const Candidate&)>;

/// Asks and tells until the budget is spent or the space exhausted: proposal k sees the results of trials
/// up to k − window. Returns the algorithm with all its trials.
inline std::unique_ptr<Algorithm> search(const AlgorithmConfig& config, const Problem& problem,
                                         const Evaluate& evaluate, std::size_t window = 1)
{
    auto algorithm = make_algorithm(config, problem);
    std::size_t told = 0;
    for (std::size_t k = 0; k < problem.budget; ++k) {
        for (; told + window <= k; ++told)
            algorithm->tell(told, evaluate(algorithm->trials()[told].candidate));
        auto proposal = algorithm->ask();
        if (!proposal)
            break;
        algorithm->propose(std::move(*proposal));
    }
    for (; told < algorithm->trials().size(); ++told)
        algorithm->tell(told, evaluate(algorithm->trials()[told].candidate));
    return algorithm;
}

/// Results of a test problem: constraints are violated by how far they are below 0.
inline Evaluate evaluator(const TestProblem& p)
{
    return [&p](const Candidate& c) {
        const std::vector<double> metrics = p.evaluate(c);
        Outcome outcome;
        outcome.objectives.assign(metrics.begin(), metrics.begin() + static_cast<std::ptrdiff_t>(p.objectives));
        for (std::size_t i = p.objectives; i < metrics.size(); ++i)
            outcome.violation += std::max(0.0, -metrics[i]);
        return outcome;
    };
}

/// Objectives of the feasible ones of these trials.
inline std::vector<Objectives> points(const Algorithm& algorithm, const std::vector<std::size_t>& trials)
{
    std::vector<Objectives> result;
    for (const std::size_t t : trials)
        if (algorithm.trials()[t].usable() && algorithm.trials()[t].violation == 0)
            result.push_back(algorithm.trials()[t].objectives);
    return result;
}

inline std::vector<Objectives> points(const Algorithm& algorithm)
{
    std::vector<std::size_t> all(algorithm.trials().size());
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = i;
    return points(algorithm, all);
}

} // namespace imc::nas::test
