#include "arch/noc/mesh.h"

#include "arch/noc/mesh_moves.h"

/// One router in one cycle: virtual channel allocation, switch allocation, grants. All decisions use the state
/// at the start of the cycle; a grant takes effect at its end.
namespace imc
{

using namespace noc;

namespace
{

constexpr std::uint64_t bit(unsigned i) { return channel_bit(i); }

/// Whether exactly one bit is set, given that any is.
constexpr bool single(std::uint64_t mask) { return (mask & (mask - 1)) == 0; }

} // namespace

/// A flit leaves its buffer for the crossbar.
[[gnu::always_inline]] inline void Mesh::grant(std::uint32_t router, unsigned input, Cycle t)
{
    RouterState& r = routers_[router];
    InputChannel& in = inputs_[(router << shift_) + input];
    const std::uint32_t flit = buffers_[in.ring + in.front];
    in.front = static_cast<std::uint16_t>(in.front + 1u == depth_ ? 0 : in.front + 1);
    --in.count;

    const unsigned output = in.out;
    forward(router, output, flit, t);
    return_credit(in, t);
    r.ready &= ~bit(input);
    if (flit & Flit::tail)
        next_packet(router, input, t);
    else if (in.count && (r.credit & bit(output)))
        r.ready |= bit(input);
}

/// Input channel `input` has been matched with `output`: the switch's pointers go on behind them.
[[gnu::always_inline]] inline void Mesh::move_pointers(RouterState& r, unsigned input, unsigned output)
{
    const unsigned port = port_of_[input], vc = input - port * vcs_;
    r.in_next[port] = static_cast<std::uint16_t>(output + 1 == ports_ ? 0 : output + 1);
    r.out_next[output] = static_cast<std::uint16_t>(port + 1 == ports_ ? 0 : port + 1);
    r.vc_next[port] = static_cast<std::uint16_t>(vc + 1 == vcs_ ? 0 : vc + 1);
}

inline void Mesh::take_channel(RouterState& r, std::uint32_t base, unsigned input, unsigned output, Cycle t)
{
    const unsigned channels = ports_ * vcs_;
    InputChannel& in = inputs_[base + input];
    OutputChannel& out = outputs_[base + output];
    in.va_next = static_cast<std::uint16_t>(output + 1 == channels ? 0 : output + 1);
    out.va_next = static_cast<std::uint16_t>(input + 1 == channels ? 0 : input + 1);
    out.owner = static_cast<std::uint16_t>(input);
    r.free &= ~bit(output);
    ++statistics_.vc_allocations;
    // The winner, whose head is in front, asks for the switch from the next cycle on (who asks in this one is
    // settled already).
    if (in.fork != no_slot) {
        if (branch_takes_channel(in, output, t))
            r.allocating &= ~bit(input);
        r.ready |= bit(input);
        return;
    }
    in.out = static_cast<std::uint16_t>(output);
    in.state = ChannelState::active;
    r.allocating &= ~bit(input);
    if (r.credit & bit(output))
        r.ready |= bit(input);
}

/// Separable, input first.
inline void Mesh::allocate_channels(std::uint32_t router, Cycle t)
{
    RouterState& r = routers_[router];
    const std::uint32_t base = router << shift_;
    std::uint64_t requests[64]; // per output channel, the inputs that chose it; set where `chosen` says so
    std::uint64_t chosen = 0;
    for (std::uint64_t rest = r.allocating; rest; rest &= rest - 1) {
        const auto input = static_cast<unsigned>(std::countr_zero(rest));
        InputChannel& in = inputs_[base + input];
        const bool tree = r.tree & bit(input);
        const std::uint64_t candidates = tree ? tree_candidates(r, in, base) : wanted(in, r.free);
        if (!candidates) {
            if (tree)
                continue; // it waits for credits too
            // Nothing can change before a channel of this port is freed: wait there, not in every cycle.
            r.allocating &= ~bit(input);
            r.blocked[in.out_port] |= bit(input);
            continue;
        }
        const unsigned output = round_robin(candidates, in.va_next);
        requests[output] = chosen & bit(output) ? requests[output] | bit(input) : bit(input);
        chosen |= bit(output);
    }
    for (; chosen; chosen &= chosen - 1) {
        const auto output = static_cast<unsigned>(std::countr_zero(chosen));
        take_channel(r, base, round_robin(requests[output], outputs_[base + output].va_next), output, t);
    }
}

template <bool Speculative> bool Mesh::visit(std::uint32_t router, Cycle t)
{
    RouterState& r = routers_[router];
    const std::uint64_t asking = r.ready;
    std::uint64_t guessing = 0;
    if (r.allocating) {
        if constexpr (Speculative) {
            const std::uint64_t usable = r.free & r.credit;
            for (std::uint64_t rest = r.allocating & ~r.tree; rest; rest &= rest - 1) {
                const auto input = static_cast<unsigned>(std::countr_zero(rest));
                if (wanted(inputs_[(router << shift_) + input], usable))
                    guessing |= bit(input);
            }
        }
        allocate_channels(router, t);
    }
    if (asking && !guessing && single(asking) && !(asking & r.tree)) {
        const auto input = static_cast<unsigned>(std::countr_zero(asking));
        move_pointers(r, input, inputs_[(router << shift_) + input].out_port);
        grant(router, input, t);
    } else if (asking | guessing) {
        allocate_switch<Speculative>(router, asking, guessing, t);
    }
    return (r.allocating | r.ready) != 0;
}

/// Separable, input first; `asking` before `guessing` everywhere.
template <bool Speculative>
void Mesh::allocate_switch(std::uint32_t router, std::uint64_t asking, std::uint64_t guessing, Cycle t)
{
    RouterState& r = routers_[router];
    const std::uint32_t base = router << shift_;
    std::uint32_t firm[max_ports], hopeful[max_ports]; // per output, the inputs that chose it
    std::uint16_t channel[max_ports];                  // per input port, the channel it chose
    std::uint32_t outputs = 0;
    for (std::uint64_t rest = asking | guessing; rest;) {
        const unsigned port = port_of_[std::countr_zero(rest)];
        const std::uint64_t all = vc_mask_ << port * vcs_;
        std::uint64_t mine = asking & all;
        bool guess = false;
        if (Speculative && !mine) {
            mine = guessing & all;
            guess = true;
        }
        rest &= ~all;
        unsigned input = static_cast<unsigned>(std::countr_zero(mine));
        unsigned output = inputs_[base + input].out_port;
        const bool simple = (mine & (mine - 1)) == 0 && inputs_[base + input].state != ChannelState::forked;
        if (!simple) {
            // Several channels: per output the one closest after the last granted, then one output.
            std::uint16_t best[max_ports];
            std::uint32_t wants = 0;
            const unsigned first = port * vcs_ + r.vc_next[port];
            for (unsigned n = 0; n < vcs_; ++n) {
                const unsigned c = first + n < (port + 1) * vcs_ ? first + n : first + n - vcs_;
                if (!(mine & bit(c)))
                    continue;
                const InputChannel& in = inputs_[base + c];
                const std::uint32_t outs =
                    in.state == ChannelState::forked ? branches_that_ask(in, t) : 1u << in.out_port;
                for (std::uint32_t fresh = outs & ~wants; fresh; fresh &= fresh - 1)
                    best[std::countr_zero(fresh)] = static_cast<std::uint16_t>(c);
                wants |= outs;
            }
            output = round_robin(wants, r.in_next[port]);
            input = best[output];
        }
        channel[port] = static_cast<std::uint16_t>(input);
        if (!(outputs >> output & 1)) {
            outputs |= 1u << output;
            firm[output] = hopeful[output] = 0;
        }
        (guess ? hopeful : firm)[output] |= 1u << port;
    }
    for (; outputs; outputs &= outputs - 1) {
        const auto output = static_cast<unsigned>(std::countr_zero(outputs));
        const bool guess = firm[output] == 0;
        const unsigned port = round_robin(guess ? hopeful[output] : firm[output], r.out_next[output]);
        const unsigned input = channel[port];
        move_pointers(r, input, output);
        if (Speculative && guess) {
            // Thrown away if no channel was won in this cycle, or one without credit.
            const InputChannel& in = inputs_[base + input];
            if (in.state != ChannelState::active || !(r.credit & bit(in.out)))
                continue;
        }
        if (inputs_[base + input].state == ChannelState::forked)
            grant_branch(router, input, output, t);
        else
            grant(router, input, t);
    }
}

template bool Mesh::visit<false>(std::uint32_t, Cycle);
template bool Mesh::visit<true>(std::uint32_t, Cycle);

} // namespace imc
