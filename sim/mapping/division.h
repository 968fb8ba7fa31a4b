#pragma once

#include <functional>
#include <vector>

#include "sim/mapping/copies.h"

/// Questions about a division of a layer's map that is not made.
namespace imc::mapping
{

/// Says whether divide() would find one; cheap to ask again and again while copies are added. The layer must outlive
/// it.
std::function<bool(const Copies&)> division(const Workload& layer, double turns, CopyShape shape);

/// Positions of each group if the map could be divided at will.
std::vector<double> even_shares(const Workload& layer, const Copies& copies);

} // namespace imc::mapping
