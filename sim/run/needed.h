#pragma once

#include <cstdint>

#include "arch/program/program.h"
#include "sim/base/ids.h"

namespace imc::run
{

/// Of each actor how many of its tokens, in their order, must be there before the last output of an inference
/// can be: a 1×1 window of stride 2 reads neither the last row nor the last column of an even map, so that the
/// output does not wait for them.
IdVector<ActorId, std::int64_t> needed_tokens(const program::Program& program);

/// Of each flow's region the whole rows of which the last output waits for every token.
IdVector<program::FlowId, program::Region> needed_regions(const program::Program& program);

} // namespace imc::run
