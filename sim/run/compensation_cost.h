#pragma once

#include "sim/run/experiment.h"
#include "sim/run/run.h"

namespace imc::run
{

/// Measurements are taken right after programming and whenever factors are renewed.
CompensationCost compensation_cost(const Experiment& experiment, const Mapped& mapped);

} // namespace imc::run
