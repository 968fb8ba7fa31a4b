#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "sim/run/result.h"

/// How result.json and the report show what values found out.
namespace imc::run
{

nlohmann::ordered_json accuracy_json(const AccuracyResult& accuracy);
/// Keys that a layer of result.json has in a run with values.
nlohmann::ordered_json errors_json(const values::ErrorPowers& errors);
/// Accuracy and the layers' errors as lines of the report; empty without values.
std::string accuracy_report(const Result& result);

} // namespace imc::run
