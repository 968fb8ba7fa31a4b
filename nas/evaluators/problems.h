#pragma once

#include <string>
#include <vector>

#include "nas/indicators/dominance.h"
#include "nas/space/space.h"

namespace imc::nas
{

/// A test problem whose Pareto front is known. Its metrics are named f1, f2, … (objectives, minimised) and
/// g1, g2, … (feasible if ≥ 0).
struct TestProblem {
    const char* name;
    const char* source;
    std::vector<VariableConfig> variables; ///< as the source states them
    std::size_t objectives;
    std::size_t constraints;
    Objectives reference; ///< for the hypervolume
    /// Objectives, then constraints, of a candidate of a space with these variables.
    std::vector<double> (*evaluate)(const Candidate&);
    /// About n points of the true front.
    std::vector<Objectives> (*front)(std::size_t n);

    std::vector<std::string> metrics() const;
};

const std::vector<TestProblem>& test_problems();
/// Null if there is none of that name.
const TestProblem* find_test_problem(const std::string& name);

} // namespace imc::nas
