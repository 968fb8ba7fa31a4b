#pragma once

#include <queue>
#include <vector>

#include "arch/interconnect.h"
#include "arch/noc/mesh_topology.h"

namespace imc
{

/// The mesh without contention, for the `dependency` rung of the fidelity ladder: a packet of L flits over H
/// links that is created in cycle c has
///
///     head_injected = c
///     head_arrived  = c + 2 + (cycles per hop) * (H + 1)       (5, 4 or 3 by pipeline)
///     tail_arrived  = head_arrived + L - 1
///
/// whatever else is under way: infinite bandwidth, buffers and sources. This is the mesh's own zero-load
/// latency, and contention, credits and queues only add to it: no packet arrives later here than in a Mesh
/// of the same shape and pipeline that is given the same sends. A multicast is one packet per destination,
/// all created in c.
///
/// Statistics count the same flits and hops as the mesh does, for copies and for trees; links are never busy,
/// so link_flits() is the load that the routes put on them.
class IdealInterconnect final : public Interconnect
{
public:
    IdealInterconnect(const MeshShape& shape, const RouterConfig& router, std::uint32_t chip = 0);

    std::uint32_t endpoints() const override { return topology_.endpoints(); }
    Endpoint endpoint(std::uint32_t number) const override { return topology_.endpoint(number); }
    std::uint32_t hops(std::uint32_t source, std::uint32_t destination) const override
    {
        return topology_.hops(source, destination);
    }
    void set_sink(DeliverySink* sink) override { sink_ = sink; }
    void send(Cycle created, const Packet& packet) override;
    void send_multicast(Cycle created, const Packet& packet, std::span<const std::uint32_t> destinations) override;
    Cycle now() const override { return now_; }
    Cycle next_event() const override { return pending_.empty() ? never : pending_.top().delivery.tail_arrived; }
    Cycle run(Cycle until) override;
    InterconnectStatistics statistics() const override;
    std::uint64_t link_flits(std::uint32_t router, unsigned direction) const override;

private:
    struct Pending {
        Delivery delivery;
        /// Later first, as std::priority_queue wants it.
        bool operator<(const Pending& other) const
        {
            return delivery.tail_arrived != other.delivery.tail_arrived
                       ? delivery.tail_arrived > other.delivery.tail_arrived
                       : delivery.sequence > other.delivery.sequence;
        }
    };

    /// `entered`: routers that the packet's flits have come to on the way to earlier destinations.
    void send(Cycle created, const Packet& packet, std::vector<std::uint32_t>& entered);

    noc::MeshTopology topology_;
    RouterConfig router_;
    std::priority_queue<Pending> pending_;
    std::vector<Cycle> last_created_;
    std::vector<std::uint64_t> link_flits_;
    Cycle now_ = -1;
    DeliverySink* sink_ = nullptr;
    InterconnectStatistics statistics_;
};

} // namespace imc
