#pragma once

#include "arch/chip/chip.h"
#include "arch/tile/service.h"
#include "sim/base/ledger.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"

/// Counts of the first inference, booked once it is over.
namespace imc::run
{

/// Firings, tokens and packets of one inference, as the tiles counted them.
void book_inference(const Chip& chip, const Mapped& mapped, tile::ServiceTable& services, Ledger& ledger);

/// Programming all weights once: cells, pulses, energy and time, the arrays of different macros side by side,
/// the weights coming through the chip's pins.
void account_programming(const Experiment& experiment, const Mapped& mapped, Result& result);

} // namespace imc::run
