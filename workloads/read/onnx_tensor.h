#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "workloads/read/model.h"

namespace onnx
{
class TensorProto;
}

namespace imc
{

/// Empty for types this project does not hold (strings, complex numbers).
std::optional<ElementType> element_type_of_onnx(int data_type);
int onnx_of_element_type(ElementType type);

/// A tensor's type, shape and data, inline or external. `place` starts every message.
/// Throws ConfigError if sizes are negative, overflow or disagree with the data.
ModelConstant constant_of_proto(const onnx::TensorProto& proto, const std::string& place,
                                const std::filesystem::path& folder);

} // namespace imc
