#pragma once

#include <string>

#include "nas/evaluators/evaluator.h"

namespace imc::nas
{

/// The experiment a candidate stands for, resolved, as `imcsim run` takes it.
/// Throws std::invalid_argument if the evaluator is not a simulator.
std::string resolved_experiment(const Evaluator& evaluator, const Candidate& candidate, std::size_t fidelity);

} // namespace imc::nas
