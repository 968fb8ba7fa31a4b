#pragma once

#include <filesystem>
#include <string>

#include "workloads/graph.h"

namespace imc
{

/// The graph as an ONNX model (opset 17). Weights without data become inputs; quantised weights are written as
/// integers with a DequantizeLinear. Throws RunError for what ONNX or protobuf cannot hold: contractions by
/// row index, more than 2 GiB.
std::string onnx_bytes(const Graph& graph);
void write_onnx(const std::filesystem::path& file, const Graph& graph);

} // namespace imc
