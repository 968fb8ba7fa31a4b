#include "arch/noc/mesh.h"

#include <stdexcept>

/// One cycle of the mesh. The numbers in comments are the cycle offsets of README.md: a flit granted the
/// switch in T is at the next router in T + 3, its credit upstream in T + 2.
namespace imc
{

using namespace noc;

namespace
{

constexpr std::uint64_t bit(unsigned i) { return std::uint64_t{1} << i; }
constexpr Cycle to_next_router = 3, to_upstream = 2, from_endpoint = 2, eject_credit = 5;

} // namespace

bool Mesh::step(Cycle t)
{
    now_ = t;
    while (!alarms_.empty() && alarms_.top().first <= t) {
        busy_endpoints_.insert(alarms_.top().second);
        alarms_.pop();
    }
    Bucket& bucket = due(t);
    accept(bucket, t);
    const bool sending = busy_endpoints_.filter([&](std::uint32_t e) { return inject(e, t); });
    const bool routing = timing_.speculative
                             ? busy_routers_.filter([&](std::uint32_t r) { return visit<true>(r, t); })
                             : busy_routers_.filter([&](std::uint32_t r) { return visit<false>(r, t); });
    busy_ = sending || routing;

    const std::uint32_t delivered = bucket.delivery_count;
    bucket.delivery_count = 0;
    for (std::uint32_t i = 0; i < delivered; ++i)
        deliver(bucket.deliveries[i], t);
    return delivered != 0;
}

void Mesh::accept(Bucket& bucket, Cycle t)
{
    for (std::uint32_t i = 0; i < bucket.credit_count; ++i) {
        const std::uint32_t coded = bucket.credits[i], channel = coded >> 1;
        if (coded & 1) {
            ++lane_credits_[channel];
            busy_endpoints_.insert(channel / vcs_);
            continue;
        }
        OutputChannel& out = outputs_[channel];
        if (out.credits++ == 0) {
            const std::uint32_t r = channel >> shift_;
            RouterState& router = routers_[r];
            const unsigned local = channel & channel_mask_;
            router.credit |= bit(local);
            if (!(router.free & bit(local)) && inputs_[(r << shift_) + out.owner].count) {
                router.ready |= bit(out.owner);
                busy_routers_.insert(r);
            }
        }
    }
    bucket.credit_count = 0;

    for (std::uint32_t i = 0; i < bucket.start_count; ++i) {
        const std::uint32_t channel = bucket.starts[i], r = channel >> shift_;
        routers_[r].allocating |= bit(channel & channel_mask_);
        busy_routers_.insert(r);
    }
    bucket.start_count = 0;

    for (std::uint32_t i = 0; i < bucket.arrival_count; ++i) {
        const auto [channel, flit] = bucket.arrivals[i];
        InputChannel& in = inputs_[channel];
        std::uint32_t place = std::uint32_t{in.front} + in.count;
        if (place >= depth_)
            place -= depth_;
        buffers_[std::size_t{channel} * depth_ + place] = flit;
        ++in.count;
        if (in.state == ChannelState::idle) {
            start_head(channel, flit);
            if (timing_.routing) {
                due(t + timing_.routing).start(channel);
            } else {
                const std::uint32_t r = channel >> shift_;
                routers_[r].allocating |= bit(channel & channel_mask_);
                busy_routers_.insert(r);
            }
        } else if (in.state == ChannelState::active && in.count == 1) {
            const std::uint32_t r = channel >> shift_;
            if (routers_[r].credit & bit(in.out)) {
                routers_[r].ready |= bit(channel & channel_mask_);
                busy_routers_.insert(r);
            }
        }
    }
    statistics_.buffer_writes += bucket.arrival_count;
    bucket.arrival_count = 0;
}

/// Routes a head that has come to the front of its channel.
void Mesh::start_head(std::uint32_t channel, std::uint32_t flit)
{
    const PacketSlot& slot = slots_[Flit::slot(flit)];
    const RouterState& router = routers_[channel >> shift_];
    InputChannel& in = inputs_[channel];
    in.state = ChannelState::allocating;
    in.channels = slot.channels;
    in.out_port = slot.x > router.x   ? std::uint8_t{plus_x}
                  : slot.x < router.x ? std::uint8_t{minus_x}
                  : slot.y > router.y ? std::uint8_t{plus_y}
                  : slot.y < router.y ? std::uint8_t{minus_y}
                                      : slot.port;
}

/// Returns whether the endpoint may act in the next cycle.
bool Mesh::inject(std::uint32_t endpoint, Cycle t)
{
    InjectionLane* lanes = &lanes_[endpoint * lanes_per_endpoint_];
    std::uint16_t* credits = &lane_credits_[std::size_t{endpoint} * vcs_];
    for (unsigned i = 0; i < lanes_per_endpoint_; ++i) {
        unsigned l = lane_next_[endpoint] + i;
        if (l >= lanes_per_endpoint_)
            l -= lanes_per_endpoint_;
        InjectionLane& lane = lanes[l];
        if (lane.first == no_slot)
            continue;
        PacketSlot& slot = slots_[lane.first];
        if (lane.sent == 0) {
            if (slot.created > t)
                continue;
            unsigned vc = lane.vc_next, tried = 0;
            while (tried < vcs_ && (!(lane.channels >> vc & 1) || credits[vc] == 0)) {
                vc = vc + 1 == vcs_ ? 0 : vc + 1;
                ++tried;
            }
            if (tried == vcs_)
                continue;
            lane.vc = static_cast<std::uint8_t>(vc);
            lane.vc_next = static_cast<std::uint8_t>(vc + 1 == vcs_ ? 0 : vc + 1);
            slot.head_injected = t;
        } else if (credits[lane.vc] == 0) {
            continue;
        }
        --credits[lane.vc];
        const bool head = lane.sent == 0, tail = ++lane.sent == slot.packet.flits;
        const std::uint32_t flit = Flit::make(lane.first, (head ? Flit::head : 0) | (tail ? Flit::tail : 0));
        const std::uint32_t router = topology_.router_of(endpoint);
        due(t + from_endpoint).arrive((router << shift_) + topology_.port_of(endpoint) * vcs_ + lane.vc, flit);
        ++statistics_.flits_injected;
        if (tail) {
            lane.sent = 0;
            lane.first = slot.next;
            if (lane.first != no_slot && slots_[lane.first].created > t + 1)
                alarms_.emplace(slots_[lane.first].created, endpoint);
        }
        lane_next_[endpoint] = static_cast<std::uint8_t>(l + 1 == lanes_per_endpoint_ ? 0 : l + 1);
        return true;
    }
    return false;
}

template <bool Speculative> bool Mesh::visit(std::uint32_t router, Cycle t)
{
    RouterState& r = routers_[router];
    const std::uint64_t asking = r.ready;
    std::uint64_t guessing = 0, won = 0;
    if (r.allocating) {
        if constexpr (Speculative) {
            const std::uint64_t usable = r.free & r.credit;
            for (std::uint64_t rest = r.allocating; rest; rest &= rest - 1) {
                const auto input = static_cast<unsigned>(std::countr_zero(rest));
                if (wanted(r, inputs_[(router << shift_) + input], usable))
                    guessing |= bit(input);
            }
        }
        won = allocate_channels(router);
    }
    if (asking | guessing)
        allocate_switch<Speculative>(router, asking, guessing, t);
    // Winners of a channel ask for the switch from the next cycle on, unless a guess has taken them along.
    for (std::uint64_t rest = won; rest; rest &= rest - 1) {
        const auto input = static_cast<unsigned>(std::countr_zero(rest));
        const InputChannel& in = inputs_[(router << shift_) + input];
        if (in.state == ChannelState::active && in.count && (r.credit & bit(in.out)))
            r.ready |= bit(input);
    }
    return (r.allocating | r.ready) != 0;
}

/// Output channels that the head in front of `c` may ask for, out of `from`.
std::uint64_t Mesh::wanted(const RouterState&, const InputChannel& c, std::uint64_t from) const
{
    return from & (std::uint64_t{c.channels} << c.out_port * vcs_);
}

void Mesh::take_channel(RouterState& r, std::uint32_t base, unsigned input, unsigned output)
{
    const unsigned channels = ports_ * vcs_;
    InputChannel& in = inputs_[base + input];
    OutputChannel& out = outputs_[base + output];
    in.va_next = static_cast<std::uint8_t>(output + 1 == channels ? 0 : output + 1);
    out.va_next = static_cast<std::uint8_t>(input + 1 == channels ? 0 : input + 1);
    in.out = static_cast<std::uint8_t>(output);
    in.state = ChannelState::active;
    out.owner = static_cast<std::uint8_t>(input);
    r.free &= ~bit(output);
    r.allocating &= ~bit(input);
    ++statistics_.vc_allocations;
}

/// Separable, input first. Returns the inputs that won a channel.
std::uint64_t Mesh::allocate_channels(std::uint32_t router)
{
    RouterState& r = routers_[router];
    const std::uint32_t base = router << shift_;
    std::uint64_t requests[64]; // per output channel, the inputs that chose it; set where `chosen` says so
    std::uint64_t chosen = 0, won = 0;
    for (std::uint64_t rest = r.allocating; rest; rest &= rest - 1) {
        const auto input = static_cast<unsigned>(std::countr_zero(rest));
        InputChannel& in = inputs_[base + input];
        const std::uint64_t candidates = wanted(r, in, r.free);
        if (!candidates) {
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
        const unsigned input = round_robin(requests[output], outputs_[base + output].va_next);
        take_channel(r, base, input, output);
        won |= bit(input);
    }
    return won;
}

/// Separable, input first; `asking` before `guessing` everywhere.
template <bool Speculative>
void Mesh::allocate_switch(std::uint32_t router, std::uint64_t asking, std::uint64_t guessing, Cycle t)
{
    RouterState& r = routers_[router];
    const std::uint32_t base = router << shift_;
    std::uint32_t firm[max_ports], hopeful[max_ports]; // per output, the inputs that chose it
    std::uint8_t channel[max_ports];                   // per input port, the channel it chose
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
        if (mine & (mine - 1)) {
            // Several channels: per output the one closest after the last granted, then one output.
            std::uint8_t best[max_ports];
            std::uint32_t wants = 0;
            const unsigned first = port * vcs_ + r.vc_next[port];
            for (unsigned n = 0; n < vcs_; ++n) {
                const unsigned c = first + n < (port + 1) * vcs_ ? first + n : first + n - vcs_;
                const unsigned o = inputs_[base + c].out_port;
                if ((mine & bit(c)) && !(wants >> o & 1)) {
                    wants |= 1u << o;
                    best[o] = static_cast<std::uint8_t>(c);
                }
            }
            output = round_robin(wants, r.in_next[port]);
            input = best[output];
        }
        channel[port] = static_cast<std::uint8_t>(input);
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
        r.in_next[port] = static_cast<std::uint8_t>(output + 1 == ports_ ? 0 : output + 1);
        r.out_next[output] = static_cast<std::uint8_t>(port + 1 == ports_ ? 0 : port + 1);
        const unsigned vc = input - port * vcs_;
        r.vc_next[port] = static_cast<std::uint8_t>(vc + 1 == vcs_ ? 0 : vc + 1);
        if (Speculative && guess) {
            // Thrown away if no channel was won in this cycle, or one without credit.
            const InputChannel& in = inputs_[base + input];
            if (in.state != ChannelState::active || !(r.credit & bit(in.out)))
                continue;
        }
        grant(router, input, t);
    }
}

/// A flit leaves its buffer for the crossbar.
void Mesh::grant(std::uint32_t router, unsigned input, Cycle t)
{
    RouterState& r = routers_[router];
    const std::uint32_t base = router << shift_, channel = base + input;
    InputChannel& in = inputs_[channel];
    const std::uint32_t* ring = &buffers_[std::size_t{channel} * depth_];
    const std::uint32_t flit = ring[in.front];
    in.front = static_cast<std::uint16_t>(in.front + 1u == depth_ ? 0 : in.front + 1);
    --in.count;

    const unsigned output = in.out, out_port = in.out_port;
    OutputChannel& out = outputs_[base + output];
    if (--out.credits == 0)
        r.credit &= ~bit(output);
    ++port_flits_[router * ports_ + out_port];
    if (out_port < first_local) {
        due(t + to_next_router).arrive(downstream_[router * ports_ + out_port] + output - out_port * vcs_, flit);
    } else {
        PacketSlot& slot = slots_[Flit::slot(flit)];
        if (flit & Flit::head)
            slot.head_arrived = t + to_next_router;
        if (flit & Flit::tail)
            due(t + to_next_router).deliver(Flit::slot(flit));
        due(t + eject_credit).credit((base + output) << 1);
    }
    const unsigned in_port = port_of_[input];
    due(t + to_upstream).credit(upstream_[router * ports_ + in_port] + ((input - in_port * vcs_) << 1));

    r.ready &= ~bit(input);
    if (flit & Flit::tail) {
        r.free |= bit(output);
        r.allocating |= r.blocked[out_port];
        r.blocked[out_port] = 0;
        in.state = ChannelState::idle;
        if (in.count) {
            start_head(channel, ring[in.front]);
            if (timing_.routing)
                due(t + 1 + timing_.routing).start(channel);
            else
                r.allocating |= bit(input);
        }
    } else if (in.count && (r.credit & bit(output))) {
        r.ready |= bit(input);
    }
}

void Mesh::deliver(std::uint32_t index, Cycle t)
{
    PacketSlot& slot = slots_[index];
    ++statistics_.packets_delivered;
    const Cycle latency = t - slot.created;
    statistics_.latency_sum += latency;
    if (latency > statistics_.latency_max)
        statistics_.latency_max = latency;
    if (sink_)
        sink_->deliver({slot.packet, slot.created, slot.head_injected, slot.head_arrived, t});
    slot.next = free_slot_;
    free_slot_ = index;
}

} // namespace imc
