#pragma once

#include "arch/chip/chip.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"

/// Who was in which power state for how long.
namespace imc::run
{

/// The states of the inference alone, over r.cycles. What the program does not use rests all the time.
void set_power(const Chip::PowerStates& used, Result& r);
/// What was added from one moment to a later one.
Chip::PowerStates between(const Chip::PowerStates& from, const Chip::PowerStates& to);
/// The states of a steady stretch of so many cycles and inferences.
void set_steady_power(const Chip::PowerStates& used, Cycle cycles, std::int64_t inferences, Result& r);
/// Where nothing is simulated: each block is active for as long as it must be at least and, if it can be, gated at all
/// other times after waking once. No simulation leaks less.
void bound_power(const Mapped& mapped, tile::ServiceTable& services, Result& r);

/// The wakes of the inference alone by layer; without a chip one of every block used.
void book_wakes(const Chip* chip, const Mapped& mapped, const tile::ServiceTable& services, Ledger& ledger, Result& r);

} // namespace imc::run
