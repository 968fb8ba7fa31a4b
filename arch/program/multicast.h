#pragma once

#include <span>
#include <vector>

#include "arch/config/chip.h"
#include "arch/program/program.h"

/// Which copies of a token travel as one packet that forks in the routers (chip.noc.router.multicast: tree).
namespace imc::program
{

/// A token's way along one flow, and the flow's own number of it.
struct SentToken {
    FlowId flow;
    std::int64_t token = 0;
};

/// Divides what is sent of one token at one time, between tiles, into packets: flows that carry the same channels to
/// different endpoints share one, in the given order, unless it is longer than a router's buffer.
std::vector<std::vector<SentToken>> packets_of(const Program& program, const NocConfig& noc,
                                               std::span<const SentToken> sent);

/// Of a packet.
std::int64_t flits_of(const Flow& flow, const NocConfig& noc);

} // namespace imc::program
