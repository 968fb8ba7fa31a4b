#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/cli/validate/evaluate.h"

namespace imc::cli
{

/// The ledger and every figure of every case, as aligned text.
std::string validation_text(const std::vector<CaseResult>& results);
nlohmann::ordered_json validation_json(const std::vector<CaseResult>& results);
/// The error of every figure on its case's lane: fitted, predicted and merely compared ones told apart.
std::string validation_svg(const std::vector<CaseResult>& results);

} // namespace imc::cli
