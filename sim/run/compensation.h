#pragma once

#include "sim/run/experiment.h"
#include "sim/run/run.h"

/// Digital drift compensation as the hardware does it: results of arrays are multiplied with factors in the tile's
/// vector unit, and the factors are measured by driving every row of every array alone.
namespace imc::run
{

/// Adds the multiplications to what the arrays' actors do, so that they take time and energy like all other work: one
/// per result of an array where it has one factor, one per converted column (slices of inputs added up before) where
/// each column has its own. Nothing without accuracy.compensation.
void add_compensation(const Experiment& experiment, program::Program& program);

/// Accounts for one measurement, which is taken right after programming and whenever factors are renewed: its events
/// join the result's counts in the phase `calibrate`, beside those of the inference. It is taken by all macros at the
/// same time, by each one row after another. Nothing without compensation.
void account_compensation(const Experiment& experiment, const Mapped& mapped, Result& result);

} // namespace imc::run
