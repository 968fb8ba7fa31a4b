#pragma once

#include "arch/chip/chip.h"
#include "sim/run/run.h"

namespace imc::run
{

/// Streams further inferences behind the first, as far as the experiment asks for, and adds to `r`, which has the first
/// and its bounds, when they ended, the interval between them and the power states meanwhile. The chip is idle before.
/// Throws RunError naming every waiting block if nothing can move any more.
void stream(const Experiment& experiment, const Mapped& mapped, Chip& chip, Result& r);

} // namespace imc::run
