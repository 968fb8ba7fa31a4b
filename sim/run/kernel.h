#pragma once

#include "arch/chip/chip.h"
#include "sim/run/run.h"

/// The SystemC kernel: one elaboration per process.
namespace imc::run
{

/// Before the chip is made.
void prepare_kernel();
/// Lets the kernel run until it was stopped or nothing is pending. Whatever else keeps events pending, without progress
/// for run.no_progress_cycles it throws RunError naming every waiting block.
void run_kernel(const Experiment& experiment, const Mapped& mapped, const Chip& chip);

} // namespace imc::run
