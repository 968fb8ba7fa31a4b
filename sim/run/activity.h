#pragma once

#include <cstdint>
#include <optional>

#include "sim/run/run.h"
#include "sim/values/mapped_network.h"

namespace imc::run
{

/// What one image, executed exactly, makes every macro operation of the program meet, in place of what the experiment
/// assumes. Where time depends on data each actor's operations get a trace, firing by firing; else the mean over its
/// firings. Whether inputs have a sign is taken from the quantised network, layer by layer. Returns the size of the
/// trace, if there is one.
std::optional<TraceSize> apply_activity(const values::MappedNetwork& network, std::span<const Value> image,
                                        const ChipConfig& chip, Mapped& mapped);

} // namespace imc::run
