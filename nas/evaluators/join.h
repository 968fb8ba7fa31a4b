#pragma once

#include <vector>

#include "nas/evaluators/evaluator.h"

namespace imc::nas
{

/// The evaluators behind a join, joins in joins opened; of any other evaluator itself.
std::vector<const Evaluator*> parts_of(const Evaluator& evaluator);

} // namespace imc::nas
