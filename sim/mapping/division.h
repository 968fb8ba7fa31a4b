#pragma once

#include <vector>

#include "sim/mapping/copies.h"

/// Questions about a division of a layer's map that is not made.
namespace imc::mapping
{

/// Whether divide() would find one.
bool divides(const Workload& layer, const Copies& copies, double turns, CopyShape shape);

/// Positions of each group if the map could be divided at will.
std::vector<double> even_shares(const Workload& layer, const Copies& copies);

} // namespace imc::mapping
