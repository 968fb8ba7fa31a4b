#pragma once

#include "sim/run/run.h"
#include "sim/values/mapped_network.h"

namespace imc::run
{

/// What one image, executed exactly, makes every macro operation of the program meet: each actor's operations get
/// the mean over its firings in place of what the experiment assumes.
void apply_activity(const values::MappedNetwork& network, std::span<const Value> image, const ChipConfig& chip,
                    Mapped& mapped);

} // namespace imc::run
