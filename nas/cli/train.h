#pragma once

#include <span>
#include <string>

namespace imc::nas
{

/// Replaces this process by imcsim-nas-train, which lies beside the binary where the build has libtorch.
/// Throws ConfigError saying how to get it where it does not.
[[noreturn]] void start_training(std::span<const std::string> arguments);

} // namespace imc::nas
