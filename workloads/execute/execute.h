#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "workloads/execute/evaluate.h"
#include "workloads/graph.h"

namespace imc
{

/// Sees every value an execution produces, inputs first, in topological order.
using ValueObserver = std::function<void(TensorId, const Value&)>;

/// Computes the sums of a quantised contraction from its operands in place of the executor (kernel::integer_sums
/// says what they are), or says that it does not: empty.
using SumProvider = std::function<std::optional<std::vector<std::int64_t>>(NodeId, std::span<const Value>,
                                                                           std::span<const ResultType>)>;

/// Runs the graph on `inputs` (in the order of graph.inputs) and returns its outputs. Float networks run in
/// float, quantised operators in exact integers. Values are freed after their last reader.
/// Throws std::invalid_argument if an input's shape or type is not the graph's, ConfigError if a weight has
/// no data, RunError naming the node for what only values show.
std::vector<Value> execute(const Graph& graph, std::span<const Value> inputs, const ValueObserver& observer = {},
                           const SumProvider& sums = {});

/// The name of a weight without data that the outputs depend on; empty if there is none.
std::string missing_weights(const Graph& graph);

} // namespace imc
