#pragma once

#include <string>

#include "sim/run/result.h"

namespace imc::run
{

/// result.json, schema imcsim.result/1: the same bytes for the same result.
std::string to_json(const Result& result);

} // namespace imc::run
