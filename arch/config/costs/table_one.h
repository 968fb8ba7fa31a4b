#pragma once

#include <fmt/format.h>

#include "arch/config/macro.h"

/// What the parts of an array take from ISAAC's Table I, and how a law of one stated point says so.
namespace imc::table_one
{

inline constexpr ProcessPoint process{32e-9, 0.9};
inline constexpr const char* citation = "Shafiee et al., ISCA 2016, Table I (as in puma-simulator constants.py)";
inline constexpr double read_s = 100e-9;

} // namespace imc::table_one

namespace imc
{

inline double squared(double x) { return x * x; }
inline ProcessPoint process_of(const MacroConfig& config) { return {config.node_m, config.supply_v}; }

inline void warn_size(ComponentCost& cost, const char* what, double value, double stated)
{
    if (value < 0.5 * stated || value > 2.0 * stated)
        cost.warnings.push_back(
            fmt::format("{} model of the {}: {:g} is beyond half or twice the one stated point {:g}", cost.model, what,
                        value, stated));
}

} // namespace imc
