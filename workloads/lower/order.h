#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "workloads/read/model.h"

namespace imc::lower
{

/// Indices of the model's nodes, producers first, otherwise in file order. `known` are inputs and constants.
/// Throws ConfigError for values with two producers or none, and for cycles.
std::vector<std::size_t> execution_order(const Model& model, const std::set<std::string>& known);

/// The model's inputs that are weights without data (see ImportOptions::inputs).
std::set<std::string> weight_inputs(const Model& model, const std::vector<std::string>& named_inputs);

/// What binds a value's dimension when it is free: its symbol, or "VALUE.AXIS" where it has none.
std::string symbol_of(const ModelValue& value, std::size_t axis);

/// "FILE: node 'NAME' (Op)"; a nameless node is called by its first output.
std::string place_of(const Model& model, const ModelNode& node);

} // namespace imc::lower
