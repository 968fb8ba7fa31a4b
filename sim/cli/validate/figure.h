#pragma once

#include <optional>

#include "arch/config/costs/models.h"
#include "sim/cli/validate/case.h"

namespace imc::cli
{

/// A macro at work, in SI units.
struct Work {
    double macs = 0.0;
    double results = 0.0; ///< columns of results over the arrays
    double energy = 0.0;
    double component_energy = 0.0;
    CostRange energy_range{0.0, 0.0}; ///< of `energy`, where sources differ
    CostRange component_range{0.0, 0.0};
    double interval = 0.0;
    double latency = 0.0;
    double area = 0.0;
    double component_area = 0.0;
    double rating = 0.0;
};

/// The macro at a point's operation. Throws ConfigError at `place`, which is the operation's, naming key, value and
/// range if the macro cannot do it.
Work work_of(const MacroConfig& config, const CasePoint& point, const config::Place& place);
/// Every macro of every tile of a chip of one tile type at it.
Work work_of(const ChipConfig& chip, int tiles, const CasePoint& point, const config::Place& place);

/// In the quantity's unit.
double figure(const Work& work, Quantity quantity);
/// The figure with every unit energy at its lowest or highest; nothing where energy has no part in it or is a share.
std::optional<CostRange> figure_range(const Work& work, Quantity quantity);

} // namespace imc::cli
