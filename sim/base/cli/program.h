#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace imc::cli
{

/// The whole of a program's main: lets `work` have the words after the program's name and returns its exit status,
/// or that of what it threw (guarded()). A closed standard stream, a broken pipe, a full disk and a limit on file
/// sizes are errors to report, not signals to die of.
int run_program(const std::string& name, int argc, char** argv,
                const std::function<int(std::span<const std::string>)>& work);

/// A program in the same folder as this one; nothing if it is not there.
std::optional<std::filesystem::path> program_beside(const std::string& name);

/// Replaces this process by a program. Throws RunError if it cannot be started.
[[noreturn]] void become(const std::filesystem::path& program, std::span<const std::string> args);

/// To be called in a process that is about to be replaced by somebody else's program: undoes what run_program()
/// did to signals.
void restore_signals();

} // namespace imc::cli
