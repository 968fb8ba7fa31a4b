#pragma once

#include <functional>
#include <vector>

#include "arch/chip/chip.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"

/// Where tokens of one inference go, from the program alone: every receiver has room when a token is produced, so that
/// every tree is complete.
namespace imc::run
{

/// Calls `visit` for every kind of packet with tokens between tiles: its flows (several: a tree) and how many there
/// are. `regions`: the tokens of each flow that are looked at.
void for_each_packet(
    const Experiment& experiment, const Mapped& mapped, const IdVector<program::FlowId, program::Region>& regions,
    const std::function<void(const std::vector<program::SentToken>& flows, std::int64_t packets)>& visit);

/// All tokens of each flow.
IdVector<program::FlowId, program::Region> whole_regions(const program::Program& program);

/// Flits times links and routers of each flow's tokens.
std::vector<Chip::Passed> passed_by_tokens(const Experiment& experiment, const Mapped& mapped);

} // namespace imc::run
