#pragma once

#include "arch/noc/mesh.h"

/// What follows when a flit leaves a buffer, for ordinary packets and for trees: inline, since it is most of the work.
namespace imc
{

namespace noc
{

// A flit granted the switch in T is in the next router, or at its receiver, in T + 3; the place it leaves is
// known upstream in T + 2; a receiver's credit is back two cycles after the arrival.
inline constexpr Cycle to_next_router = 3, to_upstream = 2, eject_credit = 5;

constexpr std::uint64_t channel_bit(unsigned i) { return std::uint64_t{1} << i; }

} // namespace noc

/// A flit goes out through output channel `output`: to the next router, or to its receiver.
[[gnu::always_inline]] inline void Mesh::forward(std::uint32_t router, unsigned output, std::uint32_t flit, Cycle t)
{
    noc::RouterState& r = routers_[router];
    const std::uint32_t base = router << shift_;
    noc::OutputChannel& out = outputs_[base + output];
    const unsigned port = out.port;
    if (--out.credits == 0)
        r.credit &= ~noc::channel_bit(output);
    ++out.flits;
    if (port < noc::first_local) {
        due(t + noc::to_next_router).arrive(out.down, flit);
    } else {
        noc::PacketSlot& slot = slots_[noc::Flit::slot(flit)];
        if (flit & noc::Flit::head)
            slot.head_arrived = t + noc::to_next_router;
        if (flit & noc::Flit::tail)
            due(t + noc::to_next_router).deliver(noc::Flit::slot(flit));
        due(t + noc::eject_credit).credit((base + output) << 1);
    }
    if (flit & noc::Flit::tail) {
        r.free |= noc::channel_bit(output);
        r.allocating |= r.blocked[port];
        r.blocked[port] = 0;
    }
}

[[gnu::always_inline]] inline void Mesh::return_credit(const noc::InputChannel& in, Cycle t)
{
    due(t + noc::to_upstream).credit(in.credit_to);
}

/// The channel's packet has left; the next one may be in front already.
inline void Mesh::next_packet(std::uint32_t router, unsigned input, Cycle t)
{
    const std::uint32_t channel = (router << shift_) + input;
    noc::InputChannel& in = inputs_[channel];
    in.state = noc::ChannelState::idle;
    if (in.count == 0)
        return;
    start_head(channel, buffers_[in.ring + in.front]);
    if (timing_.routing)
        due(t + 1 + timing_.routing).start(channel);
    else
        routers_[router].allocating |= noc::channel_bit(input);
}

} // namespace imc
