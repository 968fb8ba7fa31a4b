#pragma once

#include "arch/config/chip.h"
#include "sim/run/result.h"

/// What the sources' disagreement on unit costs makes of a run's energy and area. Counts and times stay.
namespace imc::run
{

/// What the cost models in use say of themselves (outside the range their source states), with the block's path.
void add_cost_warnings(const ChipConfig& chip, Result& r);

/// The range of every count, cost model and area, from the cost models of the chip.
void describe_ranges(const ChipConfig& chip, Result& r);

/// Energy alone and in the steady state with all unit costs at their lowest and at their highest, from the ranges of
/// counts and leakage. In the steady state leakage keeps the proportion between its blocks that it has alone.
void add_energy_ranges(Result& r);

} // namespace imc::run
