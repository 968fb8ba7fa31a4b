#pragma once

#include <string>

#include "sim/run/result.h"

namespace imc::run
{

/// The table for the terminal and report.txt.
std::string to_report(const Result& result);

} // namespace imc::run
