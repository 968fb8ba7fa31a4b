#pragma once

#include <filesystem>
#include <string_view>

#include "workloads/read/model.h"
#include "workloads/read/network_file.h"

namespace imc
{

/// Reads a network in JSON: layers (schema imcsim.network/1; weights have shapes, no data), or operators
/// (imcsim.graph/1, workloads/read/graph_reader.h).
/// Throws ConfigError naming the file and the key or layer.
Model parse_json_network(std::string_view text, const std::filesystem::path& file);

/// The layers as ONNX operators, repeats written out.
Model model_of(const NetworkFile& network, const std::string& file);

} // namespace imc
