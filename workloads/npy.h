#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "workloads/tensor.h"

namespace imc
{

/// NumPy's .npy format, versions 1 to 3 (numpy.lib.format): booleans, integers and floats of either byte order,
/// C or Fortran order. Throws ConfigError naming the file if it is anything else or cut off.
Value read_npy(const std::filesystem::path& file);
Value parse_npy(std::string_view bytes, const std::string& name);

/// Version 1, little-endian, C order. bfloat16, which NumPy has not, is written as float32.
std::string npy_bytes(const Value& value);
void write_npy(const std::filesystem::path& file, const Value& value);

} // namespace imc
