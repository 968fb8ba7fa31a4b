#pragma once

#include "nas/cli/options.h"

namespace imc::nas
{

/// Each returns what to print on standard output.
std::string command_run(const Options& options);
std::string command_status(const Options& options);
std::string command_export(const Options& options);
std::string command_report(const Options& options);
std::string command_check(const Options& options);

} // namespace imc::nas
