#include "arch/noc/ideal_interconnect.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace imc
{

using namespace noc;

IdealInterconnect::IdealInterconnect(const MeshShape& shape, const RouterConfig& router, std::uint32_t chip)
    : topology_(shape, router, chip), router_(router), last_created_(topology_.endpoints(), -1),
      link_flits_(std::size_t{topology_.routers()} * first_local)
{
}

void IdealInterconnect::send(Cycle created, const Packet& packet)
{
    std::vector<std::uint32_t> entered;
    send(created, packet, entered);
}

void IdealInterconnect::send(Cycle created, const Packet& packet, std::vector<std::uint32_t>& entered)
{
    check_send(*this, packet, created, last_created_);
    Delivery d;
    d.packet = packet;
    d.created = d.head_injected = created;
    d.head_arrived =
        created + zero_load_head_latency(router_.pipeline, topology_.hops(packet.source, packet.destination));
    d.tail_arrived = d.head_arrived + packet.flits - 1;
    d.sequence = statistics_.packets_sent;
    pending_.push({d});

    ++statistics_.packets_sent;
    const std::uint32_t end = topology_.router_of(packet.destination);
    std::uint32_t r = topology_.router_of(packet.source), links = 0;
    const bool first = entered.empty();
    if (first)
        entered.push_back(r);
    while (r != end) {
        const unsigned direction = topology_.direction(r, end);
        const std::uint32_t next = topology_.neighbour(r, direction);
        if (std::find(entered.begin(), entered.end(), next) == entered.end()) {
            entered.push_back(next);
            link_flits_[r * first_local + direction] += packet.flits;
            ++links;
        }
        r = next;
    }
    statistics_.flits_injected += first ? packet.flits : 0;
    statistics_.flit_hops += std::uint64_t{packet.flits} * links;
    statistics_.buffer_writes += std::uint64_t{packet.flits} * (links + first);
    // A tree takes an output channel per branch: one for each link and each destination.
    statistics_.vc_allocations += links + 1;
}

void IdealInterconnect::send_multicast(Cycle created, const Packet& packet, std::span<const std::uint32_t> destinations)
{
    check_destinations(*this, destinations);
    const bool tree =
        router_.multicast == Multicast::tree && packet.flits <= static_cast<unsigned>(router_.buffer_flits);
    std::vector<std::uint32_t> entered;
    for (const std::uint32_t destination : destinations) {
        Packet copy = packet;
        copy.destination = destination;
        if (!tree)
            entered.clear();
        send(created, copy, entered);
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
