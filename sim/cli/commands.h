#pragma once

#include <span>
#include <string>

#include "sim/base/cli/command.h"

/// The entry points of the commands, one file each: `imcsim NAME` is run_NAME in sim/cli/NAME.cpp.
namespace imc::cli
{

/// Every command, in the order in which `imcsim --help` lists them.
const Program& program();

int run_map(std::span<const std::string> args);
int run_run(std::span<const std::string> args);
int run_import(std::span<const std::string> args);
int run_noc(std::span<const std::string> args);
int run_eval(std::span<const std::string> args);
int run_export(std::span<const std::string> args);
int run_crossbar(std::span<const std::string> args);
int run_device(std::span<const std::string> args);
int run_check(std::span<const std::string> args);
int run_describe(std::span<const std::string> args);
int run_sweep(std::span<const std::string> args);
int run_regress(std::span<const std::string> args);
int run_recost(std::span<const std::string> args);
int run_report(std::span<const std::string> args);
int run_validate(std::span<const std::string> args);
int run_nas(std::span<const std::string> args);

} // namespace imc::cli
