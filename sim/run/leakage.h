#pragma once

#include <array>

#include "sim/run/experiment.h"
#include "sim/run/result.h"

/// Leakage by time and power state (DESIGN: Energy), in integers.
namespace imc::run
{

/// Instances of each kind of block and what they leak in each state; nobody has been in any state yet.
void describe_power(const Experiment& experiment, Result& r);

/// What one block leaks over an inference in the states active, idle and gated. Their sum is Σ power × instance-cycles,
/// rounded down once: with the same power in all states it is energy_of(power, time).
std::array<Energy, 3> leakage_energy(const StoredLeakage& block, const Result& r);

/// Power of all instances of a block in each state, in 1e-12 W, rounded once.
std::array<Energy::Wide, 3> state_picowatts(const StoredLeakage& block, const Result& r);

/// What leaks per inference in the steady state, and what waking takes then.
double steady_leakage_j(const Result& r);
double steady_wake_j(const Result& r);
/// What waking took in the inference alone.
double wake_j(const Result& r);

} // namespace imc::run
