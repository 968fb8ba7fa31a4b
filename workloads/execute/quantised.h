#pragma once

#include <span>
#include <vector>

#include "workloads/execute/evaluate.h"
#include "workloads/graph.h"

namespace imc
{

/// A node with `quantised` set, in integers (real = scale · (integer − zero point), per tensor):
///
/// * functions of one operand: a table with one entry per integer, computed once in double precision
/// * sums and differences: integers times integer multipliers that share one shift, rounded half to even
/// * products, means over windows: one Requantiser
/// * max pools, and moves whose operands and result have the same quantisation: the integers themselves
/// * everything else (softmax, division of two operands, …): on the reals in single precision, then quantised
///
/// Results saturate to their tensor's bits. Same errors as evaluate().
std::vector<Value> evaluate_quantised(const Graph& graph, const Node& node, std::span<const Value> inputs,
                                      std::span<const ResultType> results);

/// The reals that integers stand for, in double precision, and back (half to even, saturating); a Quantisation
/// with an axis is per index of it.
std::vector<double> dequantised(const Value& value, const Quantisation& quantisation);
Value quantised(const Shape& shape, std::span<const double> reals, const Quantisation& quantisation);

} // namespace imc
