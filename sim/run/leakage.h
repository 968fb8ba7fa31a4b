#pragma once

#include <array>
#include <string>

#include "sim/run/experiment.h"
#include "sim/run/result.h"

/// Leakage by time and power state (DESIGN: Energy), in integers.
namespace imc::run
{

/// The time in power states of what is switched with a block.
const PowerStates& states_of(const Result& r, PowerDomainKind domain, TileTypeId tile_type);
PowerStates& states_of(Result& r, PowerDomainKind domain, TileTypeId tile_type);
/// "macros", "tile_logic" or "always_on"; on a chip of several tile types the first two with the type before them.
std::string domain_name(const Result& r, const PowerStates& states);

/// Instances of each kind of block and what they leak in each state; nobody has been in any state yet.
void describe_power(const ChipConfig& chip, Result& r);

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
