#include "arch/noc/ideal_interconnect.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace imc
{

using namespace noc;

IdealInterconnect::IdealInterconnect(const MeshShape& shape, const RouterConfig& router, std::uint32_t chip)
    : topology_(shape, router, chip), pipeline_(router.pipeline), last_created_(topology_.endpoints(), -1),
      link_flits_(std::size_t{topology_.routers()} * first_local)
{
}

void IdealInterconnect::send(Cycle created, const Packet& packet)
{
    check_send(*this, packet, created, last_created_);
    const std::uint32_t links = topology_.hops(packet.source, packet.destination);
    Delivery d;
    d.packet = packet;
    d.created = d.head_injected = created;
    d.head_arrived = created + zero_load_head_latency(pipeline_, links);
    d.tail_arrived = d.head_arrived + packet.flits - 1;
    d.sequence = statistics_.packets_sent;
    pending_.push({d});

    ++statistics_.packets_sent;
    statistics_.flits_injected += packet.flits;
    statistics_.flit_hops += std::uint64_t{packet.flits} * links;
    statistics_.buffer_writes += std::uint64_t{packet.flits} * (links + 1);
    statistics_.vc_allocations += links + 1;
    load_links(packet);
}

void IdealInterconnect::send_multicast(Cycle created, const Packet& packet, std::span<const std::uint32_t> destinations)
{
    check_destinations(*this, destinations);
    for (const std::uint32_t destination : destinations) {
        Packet copy = packet;
        copy.destination = destination;
        send(created, copy);
    }
}

/// Books the packet's flits on the links of its route.
void IdealInterconnect::load_links(const Packet& packet)
{
    std::uint32_t r = topology_.router_of(packet.source);
    const std::uint32_t end = topology_.router_of(packet.destination);
    while (r != end) {
        const unsigned direction = topology_.direction(r, end);
        link_flits_[r * first_local + direction] += packet.flits;
        r = topology_.neighbour(r, direction);
    }
}

Cycle IdealInterconnect::run(Cycle until)
{
    const Cycle next = next_event();
    now_ = std::max(now_, std::min(next, until));
    while (next_event() <= now_) {
        const Delivery d = pending_.top().delivery;
        pending_.pop();
        ++statistics_.packets_delivered;
        statistics_.flits_ejected += d.packet.flits;
        statistics_.latency_sum += d.latency();
        statistics_.latency_max = std::max(statistics_.latency_max, d.latency());
        if (sink_)
            sink_->deliver(d);
    }
    return now_;
}

InterconnectStatistics IdealInterconnect::statistics() const
{
    InterconnectStatistics s = statistics_;
    s.buffer_reads = s.buffer_writes;
    s.max_link_flits = *std::max_element(link_flits_.begin(), link_flits_.end());
    return s;
}

std::uint64_t IdealInterconnect::link_flits(std::uint32_t router, unsigned direction) const
{
    if (router >= topology_.routers() || direction >= first_local)
        throw std::out_of_range("link " + std::to_string(direction) + " of router " + std::to_string(router));
    return link_flits_[router * first_local + direction];
}

} // namespace imc
