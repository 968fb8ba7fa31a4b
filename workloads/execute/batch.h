#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "workloads/execute/execute.h"

namespace imc
{

/// Runs one batch of the network's own size.
using Runner = std::function<std::vector<Value>(std::span<const Value>)>;

/// Executes on any number of images: where axis 0 of the inputs is a multiple of the network's, the network runs
/// as often as needed and the outputs are joined along axis 0. Inputs are by name ("" is allowed if there is one)
/// and are converted to the network's types where that keeps their values' kind.
/// Throws ConfigError if a name, shape or type does not fit; otherwise as the runner does.
std::vector<Value> execute_batches(const Graph& graph, const std::map<std::string, Value>& inputs, const Runner& run);

/// Elements as another type; integers become floats, floats never integers. Throws ConfigError naming `place`.
Value converted(const Value& value, ElementType type, const std::string& place);

} // namespace imc
