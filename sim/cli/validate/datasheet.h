#pragma once

#include <filesystem>

#include <nlohmann/json_fwd.hpp>

namespace imc::cli
{

/// Predicts energy efficiency, cycle time and area of the macro that a data sheet (JSON) describes, from component
/// costs alone, as JSON: tops_per_w, cycle_ns (one access: one input vector on the rows that are active
/// together, one conversion of every converter per input slice), area_mm2, the
/// family and the models that were used.
nlohmann::ordered_json predict_datasheet(const std::filesystem::path& file);

} // namespace imc::cli
