#pragma once

#include "arch/chip/chip.h"
#include "arch/tile/service.h"
#include "sim/base/ledger.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"

/// What one inference amounts to, from the program alone: every fidelity books the same.
namespace imc::run
{

/// Credits a flow's receiver returns in one inference.
IdVector<program::FlowId, std::int64_t> credits_of_flows(const program::Program& program);

/// Firings, tokens and packets of one inference. With a chip that has executed it, ways of packets are those they took
/// and, in circuit detail, the events of macros are those that the modules counted; else every tree is complete.
void book_inference(const Experiment& experiment, const Mapped& mapped, tile::ServiceTable& services, Ledger& ledger,
                    bool infinite_buffers, const Chip* chip);

/// Programming all weights once: cells, pulses, energy and time, the arrays of different macros side by side,
/// the weights coming through the chip's pins.
void account_programming(const Experiment& experiment, const Mapped& mapped, Result& result);

} // namespace imc::run
