#include "arch/noc/mesh.h"

/// One cycle of the mesh: what comes due, what endpoints send, what routers decide, what arrives.
namespace imc
{

using namespace noc;

namespace
{

constexpr std::uint64_t bit(unsigned i) { return std::uint64_t{1} << i; }
constexpr Cycle from_endpoint = 2;

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
        buffers_[in.ring + place] = flit;
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
        } else if (in.state == ChannelState::forked && branches_that_ask(in, never)) {
            const std::uint32_t r = channel >> shift_;
            routers_[r].ready |= bit(channel & channel_mask_);
            busy_routers_.insert(r);
        }
    }
    statistics_.buffer_writes += bucket.arrival_count;
    bucket.arrival_count = 0;
}

/// Routes a head that has come to the front of its channel.
void Mesh::start_head(std::uint32_t channel, std::uint32_t flit)
{
    const PacketSlot& slot = slots_[Flit::slot(flit)];
    RouterState& router = routers_[channel >> shift_];
    InputChannel& in = inputs_[channel];
    in.state = ChannelState::allocating;
    in.channels = slot.channels;
    in.whole_flits = slot.whole ? slot.packet.flits : 0;
    const std::uint64_t mine = bit(channel & channel_mask_);
    router.tree = slot.whole ? router.tree | mine : router.tree & ~mine;
    if (slot.targets != no_slot) {
        route_tree(channel, Flit::slot(flit));
        return;
    }
    in.out_port = slot.x > router.x   ? std::uint16_t{plus_x}
                  : slot.x < router.x ? std::uint16_t{minus_x}
                  : slot.y > router.y ? std::uint16_t{plus_y}
                  : slot.y < router.y ? std::uint16_t{minus_y}
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
            const std::uint32_t needed = slot.whole ? slot.packet.flits : 1;
            unsigned vc = lane.vc_next, tried = 0;
            while (tried < vcs_ && (!(lane.channels >> vc & 1) || credits[vc] < needed)) {
                vc = vc + 1 == vcs_ ? 0 : vc + 1;
                ++tried;
            }
            if (tried == vcs_)
                continue;
            lane.vc = static_cast<std::uint16_t>(vc);
            lane.vc_next = static_cast<std::uint16_t>(vc + 1 == vcs_ ? 0 : vc + 1);
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
        lane_next_[endpoint] = static_cast<std::uint16_t>(l + 1 == lanes_per_endpoint_ ? 0 : l + 1);
        return true;
    }
    return false;
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
        sink_->deliver({slot.packet, slot.created, slot.head_injected, slot.head_arrived, t, slot.sequence + slot.place,
                        slot.whole ? slot.sequence + 1 : 0});
    release_slot(index);
}

} // namespace imc
