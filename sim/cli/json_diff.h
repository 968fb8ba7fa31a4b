#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace imc::cli
{

/// A place where two JSON values differ: "layers[2].energy_j", with both values as text ("" where absent).
struct Difference {
    std::string path;
    std::string before;
    std::string now;
};

/// All differences, in the order of the document. Numbers are compared as they are written.
std::vector<Difference> differences(const nlohmann::ordered_json& before, const nlohmann::ordered_json& now);

/// The member at a path such as "chip.area_mm2" or "layers[0].name"; nullptr if there is none.
const nlohmann::ordered_json* at_path(const nlohmann::ordered_json& root, const std::string& path);

} // namespace imc::cli
