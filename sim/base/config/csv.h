#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/config/visitor.h"

namespace imc::config
{

/// Rows of comma-separated numbers, all of one length; empty lines and lines that start with '#' are skipped.
/// Throws ConfigError("NAME: line L, column C: …") for what is no finite number within `range`, and for
/// rows of unequal length.
std::vector<std::vector<double>> parse_csv(std::string_view text, const std::string& name, RealRange range = {});

} // namespace imc::config
