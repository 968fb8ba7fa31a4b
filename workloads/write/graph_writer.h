#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "workloads/lower/build.h"
#include "workloads/read/model.h"

namespace imc
{

/// A network as JSON, schema imcsim.graph/1: the model's operators, values and constants with their data, so that
/// reading it gives the same graph. What `options` says of inputs and free dimensions is written as settled.
nlohmann::ordered_json graph_json(const Model& model, const ImportOptions& options = {});

/// Its text: one line per node, constant and value. Bytes that are not UTF-8 become U+FFFD.
std::string graph_text(const nlohmann::ordered_json& graph);

} // namespace imc
