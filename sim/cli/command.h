#pragma once

#include <span>
#include <string>

namespace imc::cli
{

/// One subcommand of imcsim. `run` takes the words after the command's name and returns 0 (done) or
/// 1 (a check or comparison failed and was reported); everything else that goes wrong is thrown:
/// ConfigError (exit 2) or RunError (exit 1), which only main catches.
struct Command {
    const char* name;
    const char* summary;
    int (*run)(std::span<const std::string> args);
};

/// Every command, in the order in which `imcsim --help` lists them.
std::span<const Command> commands();

/// Parses the whole command line (without the program's name) and runs what it asks for.
int dispatch(std::span<const std::string> args);

} // namespace imc::cli
