#pragma once

#include <optional>
#include <vector>

#include "sim/mapping/stages.h"
#include "workloads/node.h"

/// How many operations of the vector unit each network function takes, per value of its result.
namespace imc::mapping
{

/// Nothing if the vector unit has no such function.
std::optional<std::vector<StageWork>> work_of(Elementwise::Function function);
/// A reduction of `points` values: a comparison or addition for each but the first, and a scaling for a mean.
std::vector<StageWork> work_of(Reduce::Function function, std::int64_t points);
/// Softmax: maximum, subtraction, exponential, sum, division. Layer and instance norm: two sums, a square,
/// a root, scale and shift. Batch norm: scale and shift.
std::vector<StageWork> work_of(Normalise::Function function);

} // namespace imc::mapping
