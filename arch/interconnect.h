#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "arch/config/message_class.h"
#include "sim/base/time.h"

/// What tiles, memories and the chip's ports see of the network between them. No SystemC: the same object
/// is driven by a kernel module (arch/noc/noc_module.h), by `imcsim noc` and by tests.
///
/// Time is counted in cycles of the network's clock. Both directions are registered, so that no result
/// depends on the order in which blocks act within a cycle:
///  * a block that acts in cycle t sends with created = t + 1; the network interface may put the head flit
///    on its wire in that cycle at the earliest;
///  * a packet whose tail arrives in cycle a may be seen by its receiver from Delivery::visible() = a + 1 on.
///    Deliveries may be handed over earlier in host time (the network runs ahead), so a receiver must keep
///    them until then.
/// Hence a network that knows every send of the blocks up to and including cycle t is exact up to t + 1.
///
/// Ejection never blocks: a receiver takes one flit per cycle from its port at all times. Whoever sends
/// must own the space at the receiver first (end-to-end credits per edge). Those credits belong to the
/// blocks; they travel either as one-flit packets of class `control`, or over a sideband of the blocks'
/// own with a stated latency of at least one cycle, of which the network knows nothing.
namespace imc
{

inline constexpr Cycle never = std::numeric_limits<Cycle>::max();

/// Where a block is attached: which chip, which router of it, which local port of that router.
struct Endpoint {
    std::uint32_t chip = 0;
    std::uint32_t router = 0;
    std::uint32_t port = 0;
    bool operator==(const Endpoint&) const = default;
};

struct Packet {
    std::uint32_t source = 0;      ///< endpoint number, see Interconnect::endpoint()
    std::uint32_t destination = 0; ///< endpoint number; sending to oneself is legal
    std::uint32_t flits = 1;       ///< at least one
    MessageClass message_class = MessageClass::activation;
    std::uint64_t tag = 0; ///< the sender's own; comes back with the delivery
};

struct Delivery {
    Packet packet;
    Cycle created = 0;
    Cycle head_injected = 0; ///< the head flit leaves the sender's queue
    Cycle head_arrived = 0;  ///< the head flit is at the receiver
    Cycle tail_arrived = 0;  ///< the last flit is at the receiver
    /// Number of the packet in order of sending, one per destination: what --trace packets sorts by.
    std::uint64_t sequence = 0;
    /// The same number above 0 for all that was sent as one multicast tree; else 0.
    std::uint64_t group = 0;

    /// The first cycle in which the receiver may act on the packet.
    Cycle visible() const { return tail_arrived + 1; }
    Cycle latency() const { return tail_arrived - created; }
};

class DeliverySink
{
public:
    virtual ~DeliverySink() = default;
    /// Called once per packet and destination, in order of tail_arrived; within a cycle in an order that is
    /// the same in every run. Must not call back into the network.
    virtual void deliver(const Delivery& delivery) = 0;
};

/// Keeps deliveries in a vector.
class DeliveryList final : public DeliverySink
{
public:
    void deliver(const Delivery& delivery) override { items.push_back(delivery); }
    std::vector<Delivery> items;
};

/// Event counts since construction. A flit-hop is one flit over one link between routers; a flit from
/// endpoint to endpoint over H links passes H + 1 routers.
struct InterconnectStatistics {
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_delivered = 0;
    std::uint64_t flits_injected = 0; ///< into a router from an endpoint
    std::uint64_t flits_ejected = 0;  ///< from a router to an endpoint
    std::uint64_t flit_hops = 0;      ///< over links between routers
    std::uint64_t buffer_writes = 0;  ///< flits written to router input buffers
    std::uint64_t buffer_reads = 0;   ///< flits read from them into the crossbar
    std::uint64_t vc_allocations = 0; ///< output channels granted to packets
    Cycle latency_sum = 0;            ///< created to tail arrived, over delivered packets
    Cycle latency_max = 0;
    std::uint64_t max_link_flits = 0; ///< of the busiest link between routers

    double average_packet_latency() const
    {
        return packets_delivered ? static_cast<double>(latency_sum) / static_cast<double>(packets_delivered) : 0.0;
    }
    /// Share of `cycles` in which the busiest link carried a flit.
    double max_link_utilization(Cycle cycles) const
    {
        return cycles > 0 ? static_cast<double>(max_link_flits) / static_cast<double>(cycles) : 0.0;
    }
};

class Interconnect
{
public:
    virtual ~Interconnect() = default;

    virtual std::uint32_t endpoints() const = 0;
    /// Throws std::out_of_range if there is no such endpoint.
    virtual Endpoint endpoint(std::uint32_t number) const = 0;
    /// Links between routers on the way; 0 for endpoints of one router.
    virtual std::uint32_t hops(std::uint32_t source, std::uint32_t destination) const = 0;

    /// Must be set before the first delivery; borrowed.
    virtual void set_sink(DeliverySink* sink) = 0;

    /// Queues a packet at its source from cycle `created` on. Throws std::invalid_argument if an endpoint
    /// does not exist, flits is 0, created <= now(), or created is before that of the source's last packet.
    virtual void send(Cycle created, const Packet& packet) = 0;
    /// The same to several destinations (packet.destination is ignored): one delivery for each, with its own
    /// destination. Sent as copies in the given order, or as a tree, as the network is configured. Throws
    /// std::invalid_argument also if there is no destination or the same one twice.
    virtual void send_multicast(Cycle created, const Packet& packet, std::span<const std::uint32_t> destinations) = 0;

    /// The last cycle simulated; -1 at the start.
    virtual Cycle now() const = 0;
    /// The first cycle after now() in which anything can happen; `never` if all is delivered.
    virtual Cycle next_event() const = 0;
    /// Simulates up to and including `until`, but stops after the first cycle with a delivery.
    /// Returns now(). Idle cycles cost nothing.
    virtual Cycle run(Cycle until) = 0;
    /// Simulates up to and including `until`, whatever is delivered.
    void advance(Cycle until)
    {
        while (run(until) < until) {
        }
    }

    virtual InterconnectStatistics statistics() const = 0;
    /// Flits that left router `router` by direction 0 = +x, 1 = -x, 2 = +y, 3 = -y.
    virtual std::uint64_t link_flits(std::uint32_t router, unsigned direction) const = 0;
};

} // namespace imc
