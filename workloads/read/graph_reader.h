#pragma once

#include <filesystem>

#include <nlohmann/json_fwd.hpp>

#include "workloads/read/model.h"

namespace imc
{

inline constexpr const char* graph_schema = "imcsim.graph/1";

/// What graph_json (workloads/write/graph_writer.h) wrote, or a hand: a network operator by operator.
/// Throws ConfigError naming the file, the path in it and what was expected.
Model model_of_json_graph(const nlohmann::json& graph, const std::filesystem::path& file);

} // namespace imc
