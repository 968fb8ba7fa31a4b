#pragma once

#include <filesystem>
#include <string_view>

#include "workloads/read/model.h"

namespace imc
{

/// Reads an ONNX file. External tensor data is looked for below the file's own folder only.
/// Throws ConfigError naming the file, and the node or tensor, if it is not ONNX, truncated, inconsistent
/// or larger than what protobuf can hold (2 GiB without external data).
Model read_onnx(const std::filesystem::path& file);

/// The same from memory; `folder` is where external data is looked for.
Model parse_onnx(std::string_view bytes, const std::string& name, const std::filesystem::path& folder);

/// One serialised TensorProto, as the ONNX test data come.
Value parse_tensor_proto(std::string_view bytes, const std::string& name);

} // namespace imc
