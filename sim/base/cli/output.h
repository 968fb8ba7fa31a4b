#pragma once

#include <filesystem>
#include <string_view>

namespace imc::cli
{

/// Writes to standard output. Throws RunError if it is closed, a broken pipe or a full disk.
void print(std::string_view text);

/// Writes everything still buffered; throws as print() does. main calls it last, so that exit status 0
/// means the output has really been taken.
void flush_output();

/// Writes to `file`, or to standard output if `file` is empty or "-".
void print_to(const std::filesystem::path& file, std::string_view text);

/// A message for the human, on standard error.
void note(std::string_view text);

/// True if standard error is a terminal: only then are progress bars shown.
bool shows_progress();

} // namespace imc::cli
