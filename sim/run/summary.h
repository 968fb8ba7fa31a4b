#pragma once

#include "sim/run/run.h"

namespace imc::run
{

/// The part of a result that is known before anything is simulated: network, chip, mapping, area, peak.
Result summarize(const Experiment& experiment, const Mapped& mapped);

/// Adds what a ledger holds: energy by component and layer, event counts, cost models in use.
void add_energy(const Ledger& ledger, Result& result);
/// Adds a ledger's counts and their cost models alone: of another phase than the inference's.
void add_counts(const Ledger& ledger, Result& result);

/// Adds everything that follows from latency, throughput and energy.
void add_figures(Result& result);

} // namespace imc::run
