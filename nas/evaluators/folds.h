#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace imc::nas
{

/// One number from many: min, max, mean, sum, std (of the population), count, or a percentile by nearest rank,
/// p0 to p100.
struct Fold {
    enum class Kind { minimum, maximum, mean, sum, deviation, count, percentile };
    Kind kind = Kind::maximum;
    double percent = 0.0;

    /// Nothing if the name is none of those.
    static std::optional<Fold> parse(std::string_view name);
    /// NaN for no values (count: 0).
    double of(std::vector<double> values) const;
};

/// The number at a path of a document: noc.max_link_utilization, layers[2].energy_j, or a fold over what a path
/// through lists leads to: layers.stall_cycles.max. NaN if there is none.
double number_at(const nlohmann::json& document, std::string_view path);

} // namespace imc::nas
