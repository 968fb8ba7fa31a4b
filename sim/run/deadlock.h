#pragma once

#include <string>

#include "arch/chip/chip.h"
#include "sim/run/run.h"

namespace imc::run
{

/// Every block that waits, what it waits for, and a cycle of blocks that wait for each other, as text.
std::string explain_deadlock(const Chip& chip, const Mapped& mapped);

} // namespace imc::run
