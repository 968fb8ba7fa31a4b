#pragma once

#include <string>

#include "arch/chip/chip.h"
#include "sim/run/run.h"

namespace imc::run
{

/// Every block that waits, what it waits for, and a cycle of blocks that wait for each other, as text.
std::string explain_deadlock(const Chip& chip, const Mapped& mapped);
/// The same, and what works on something, where events are pending but nothing came of them for `limit` cycles.
std::string explain_stall(const Chip& chip, const Mapped& mapped, Cycle limit);

} // namespace imc::run
