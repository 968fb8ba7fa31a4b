#pragma once

#include <optional>
#include <string>

#include "nas/evaluators/evaluator.h"

namespace imc::nas
{

/// The experiment a candidate stands for, resolved, as `imcsim run` takes it; `network`, if not empty, names its
/// network's file. Throws std::invalid_argument if no simulator is among the evaluators.
std::string resolved_experiment(const Evaluator& evaluator, const Candidate& candidate, std::size_t fidelity,
                                const std::string& network = "");

/// The network that the study's template makes of a candidate, as JSON text; nothing if there is no template.
std::optional<std::string> resolved_network(const Evaluator& evaluator, const Candidate& candidate);

} // namespace imc::nas
