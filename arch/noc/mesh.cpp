#include "arch/noc/mesh.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace imc
{

using namespace noc;

Mesh::Mesh(const MeshShape& shape, const RouterConfig& router, std::uint32_t chip)
    : topology_(shape, router, chip), config_(router), timing_(timing_of(router.pipeline)), ports_(topology_.ports()),
      vcs_(router.virtual_channels), shift_(static_cast<unsigned>(std::bit_width(ports_ * vcs_ - 1u))),
      channel_mask_((1u << shift_) - 1), vc_mask_((std::uint64_t{1} << vcs_) - 1), depth_(router.buffer_flits),
      busy_routers_(topology_.routers()), busy_endpoints_(topology_.endpoints())
{
    const auto masks = config_.class_masks();
    std::vector<std::uint32_t> distinct;
    for (unsigned c = 0; c < message_class_count; ++c) {
        auto lane = std::find(distinct.begin(), distinct.end(), masks[c]);
        if (lane == distinct.end())
            lane = distinct.insert(distinct.end(), masks[c]);
        lane_of_class_[c] = static_cast<std::uint16_t>(lane - distinct.begin());
        channels_of_class_[c] = static_cast<std::uint16_t>(masks[c]);
    }
    lanes_per_endpoint_ = static_cast<unsigned>(distinct.size());
    wire();
    for (std::uint32_t e = 0; e < topology_.endpoints(); ++e)
        for (unsigned l = 0; l < lanes_per_endpoint_; ++l)
            lanes_[e * lanes_per_endpoint_ + l].channels = static_cast<std::uint16_t>(distinct[l]);
}

void Mesh::wire()
{
    const std::uint32_t routers = topology_.routers(), endpoints = topology_.endpoints();
    const unsigned channels = ports_ * vcs_;
    for (unsigned c = 0; c < 64; ++c)
        port_of_[c] = static_cast<std::uint16_t>(c / vcs_);
    routers_.resize(routers);
    inputs_.resize(std::size_t{routers} << shift_);
    outputs_.resize(std::size_t{routers} << shift_);
    buffers_.resize((std::size_t{routers} << shift_) * depth_);
    for (std::uint32_t r = 0; r < routers; ++r) {
        RouterState& router = routers_[r];
        router.x = static_cast<std::uint16_t>(topology_.x_of(r));
        router.y = static_cast<std::uint16_t>(topology_.y_of(r));
        router.free = router.credit = channels == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << channels) - 1;
        for (unsigned c = 0; c < channels; ++c) {
            const std::uint32_t here = (r << shift_) + c;
            inputs_[here].ring = here * depth_;
            OutputChannel& out = outputs_[here];
            out.credits = static_cast<std::uint16_t>(depth_);
            out.port = port_of_[c];
            const std::uint32_t n = topology_.neighbour(r, out.port);
            if (n == MeshTopology::none)
                continue;
            // A flit sent by +x arrives at the neighbour's -x; what that port frees is a credit of this one.
            const std::uint32_t there = (n << shift_) + (out.port ^ 1u) * vcs_ + c % vcs_;
            out.down = there;
            inputs_[there].credit_to = here << 1;
        }
    }
    lanes_.resize(std::size_t{endpoints} * lanes_per_endpoint_);
    lane_credits_.assign(std::size_t{endpoints} * vcs_, static_cast<std::uint16_t>(depth_));
    lane_next_.resize(endpoints);
    last_created_.assign(endpoints, -1);
    for (std::uint32_t e = 0; e < endpoints; ++e)
        for (unsigned vc = 0; vc < vcs_; ++vc)
            inputs_[(topology_.router_of(e) << shift_) + topology_.port_of(e) * vcs_ + vc].credit_to =
                (e * vcs_ + vc) << 1 | 1;

    // Per cycle and port at most one flit leaves and one arrives; its credits come due after two cycles or,
    // from an ejection port, after five. Heads start on arrival or when the packet before them leaves.
    const std::size_t wires = std::size_t{routers} * ports_;
    for (Bucket& b : wheel_) {
        b.arrivals = std::make_unique<Bucket::Arrival[]>(wires);
        b.credits = std::make_unique<std::uint32_t[]>(2 * wires);
        b.starts = std::make_unique<std::uint32_t[]>(2 * wires);
        b.deliveries = std::make_unique<std::uint32_t[]>(endpoints);
    }
}

std::uint32_t Mesh::take_slot()
{
    if (free_slot_ == no_slot) {
        if (slots_.size() >= (std::size_t{1} << 30))
            throw std::length_error("mesh: more than 2^30 packets in flight");
        slots_.emplace_back();
        return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t slot = free_slot_;
    free_slot_ = slots_[slot].next;
    return slot;
}

void Mesh::release_slot(std::uint32_t slot)
{
    slots_[slot].next = free_slot_;
    free_slot_ = slot;
}

void Mesh::send(Cycle created, const Packet& packet) { enqueue(created, packet); }

/// Points a packet at one destination.
void Mesh::aim(PacketSlot& slot, std::uint32_t destination)
{
    const std::uint32_t router = topology_.router_of(destination);
    slot.packet.destination = destination;
    slot.x = static_cast<std::uint16_t>(topology_.x_of(router));
    slot.y = static_cast<std::uint16_t>(topology_.y_of(router));
    slot.port = static_cast<std::uint16_t>(topology_.port_of(destination));
    slot.targets = no_slot;
}

std::uint32_t Mesh::enqueue(Cycle created, const Packet& packet)
{
    check_send(*this, packet, created, last_created_);
    const auto cls = static_cast<std::size_t>(packet.message_class);
    const std::uint32_t index = take_slot();
    PacketSlot& slot = slots_[index];
    slot.packet = packet;
    slot.created = created;
    slot.channels = channels_of_class_.at(cls);
    slot.whole = false;
    slot.sequence = sequence_++;
    slot.place = 0;
    slot.next = no_slot;
    aim(slot, packet.destination);

    InjectionLane& lane = lanes_[packet.source * lanes_per_endpoint_ + lane_of_class_[cls]];
    if (lane.first == no_slot) {
        lane.first = index;
        if (created == now_ + 1) {
            busy_endpoints_.insert(packet.source);
            busy_ = true;
        } else {
            alarms_.emplace(created, packet.source);
        }
    } else {
        slots_[lane.last].next = index;
    }
    lane.last = index;
    ++statistics_.packets_sent;
    return index;
}

Cycle Mesh::next_event() const
{
    if (busy_)
        return now_ + 1;
    Cycle next = alarms_.empty() ? never : alarms_.top().first;
    for (Cycle t = now_ + 1; t < now_ + 8 && t < next; ++t)
        if (!wheel_[static_cast<std::size_t>(t) & 7].empty())
            next = t;
    return next;
}

Cycle Mesh::run(Cycle until)
{
    while (now_ < until) {
        const Cycle t = next_event();
        if (t > until) {
            now_ = until;
            break;
        }
        if (step(t))
            break;
    }
    return now_;
}

InterconnectStatistics Mesh::statistics() const
{
    InterconnectStatistics s = statistics_;
    for (std::uint32_t r = 0; r < topology_.routers(); ++r)
        for (unsigned p = 0; p < ports_; ++p) {
            const std::uint64_t flits = port_flits(r, p);
            s.buffer_reads += flits;
            if (p < first_local) {
                s.flit_hops += flits;
                s.max_link_flits = std::max(s.max_link_flits, flits);
            } else {
                s.flits_ejected += flits;
            }
        }
    return s;
}

std::uint64_t Mesh::link_flits(std::uint32_t router, unsigned direction) const
{
    if (router >= topology_.routers() || direction >= first_local)
        throw std::out_of_range("link " + std::to_string(direction) + " of router " + std::to_string(router));
    return port_flits(router, direction);
}

std::uint64_t Mesh::port_flits(std::uint32_t router, unsigned port) const
{
    std::uint64_t flits = 0;
    for (unsigned vc = 0; vc < vcs_; ++vc)
        flits += outputs_[(router << shift_) + port * vcs_ + vc].flits;
    return flits;
}

} // namespace imc
