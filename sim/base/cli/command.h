#pragma once

#include <span>
#include <string>

namespace imc::cli
{

/// One subcommand of a program. `run` takes the words after the command's name and returns 0 (done) or
/// 1 (a check or comparison failed and was reported); everything else that goes wrong is thrown:
/// ConfigError (exit 2) or RunError (exit 1), which only main catches.
struct Command {
    const char* name;
    const char* summary;
    int (*run)(std::span<const std::string> args);
};

/// A program of subcommands, as its help shows it.
struct Program {
    const char* name;  ///< as typed: "imcsim nas"
    const char* title; ///< what it is, half a sentence
    std::span<const Command> commands;
};

/// Parses a whole command line (without the program's name) and runs what it asks for: a command, --help,
/// help COMMAND or --version. Throws ConfigError for everything else.
int dispatch(const Program& program, std::span<const std::string> args);

} // namespace imc::cli
