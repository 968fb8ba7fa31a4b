#pragma once

#include <string>
#include <vector>

#include "sim/cli/sweep/plan.h"

namespace imc::cli
{

/// What became of one point.
struct SweepOutcome {
    std::string result; ///< the text of its result.json; "" if it failed
    std::string error;
};

/// One row per point: its name, its value on each axis, the columns of its result as they stand there, and
/// the error where there is no result.
std::string sweep_csv(const SweepPlan& plan, const std::vector<SweepOutcome>& outcomes);

/// The first of the plan's columns and plotted quantities that no result has, though there are results; "" if none.
std::string absent_column(const SweepPlan& plan, const std::vector<SweepOutcome>& outcomes);

/// One panel per quantity of the plot over its horizontal axis; points that agree on all other axes are one
/// line. An axis of values that are no numbers is drawn by position, in the order of the points.
std::string sweep_svg(const SweepPlan& plan, const std::vector<SweepOutcome>& outcomes);

} // namespace imc::cli
