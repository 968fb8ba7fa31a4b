#pragma once

#include <string>

#include "sim/run/result.h"

namespace imc::run
{

/// result.json, schema imcsim.result/1: the same bytes for the same result.
std::string to_json(const Result& result);

/// The table for the terminal and report.txt.
std::string to_report(const Result& result);

} // namespace imc::run
