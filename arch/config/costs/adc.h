#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arch/config/costs/models.h"

namespace imc
{

/// Where a converter is asked for: its configuration, the process, and the rows of the array before it
/// (ZigZag's delay grows with them).
struct AdcQuery {
    AdcConfig config;
    ProcessPoint process;
    int rows = 128;
};

/// Cost of one conversion (energy, latency) and of one converter (area, leakage, rating) by the model the
/// configuration names. Latency is 1 / rate where the model has no delay of its own.
ComponentCost adc_cost(const AdcQuery& query);

/// The laws that give a converter's cost from its parameters alone (all but the user's own numbers).
std::vector<std::string> adc_laws();
std::optional<AdcModel> adc_law(const std::string& name);

/// Published converters of one resolution differ by 10 … 100 ×: energy per conversion of every model, at
/// `rate_hz`, by bits and node, as Markdown. What `imcsim describe costs` prints.
std::string adc_table(const std::vector<int>& bits, const std::vector<double>& nodes_m, double rate_hz);

} // namespace imc
