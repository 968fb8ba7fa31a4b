#pragma once

#include <string_view>

/// What the fuzzers call, and the regression test calls again with everything they found: any bytes must end in
/// a graph or in a ConfigError (or RunError when executed), never in another exception or a crash.
namespace imc::fuzz
{

void read_onnx_bytes(std::string_view bytes);
void read_json_bytes(std::string_view bytes);
void read_npy_bytes(std::string_view bytes);

} // namespace imc::fuzz
