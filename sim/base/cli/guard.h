#pragma once

#include <functional>
#include <string>

namespace imc::cli
{

/// Calls `work` and turns what it throws into an exit status with a message on standard error: ConfigError
/// 2; RunError, lack of memory and everything unforeseen 1. Used where a process ends: by main, and by the
/// processes that commands fork. `name` begins the message.
int guarded(const std::string& name, const std::function<int()>& work);

} // namespace imc::cli
