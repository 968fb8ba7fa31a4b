#pragma once

#include <systemc>

#include "arch/interconnect.h"
#include "sim/base/time.h"

namespace imc
{

/// Drives one Interconnect from the SystemC kernel.
///
/// Cycle t of the network is the kernel's time from t * period up to (t + 1) * period. A block that calls
/// send() in it creates its packet for cycle t + 1. The network's sink is called with deliveries of cycles
/// that may lie ahead of the kernel's time; whoever receives waits until time_of(delivery.visible()), which
/// is always in the future.
///
/// Where the kernel's next event is at time T, no block can create a packet for a cycle before the one after
/// T: in one activation the module simulates every cycle up to T's, and a delivery on the way (which lets its
/// receiver set an earlier event) only shortens that stretch. Results are those of a module that is clocked
/// every cycle, and do not depend on the order of processes.
class NocModule : public sc_core::sc_module
{
public:
    struct Stats {
        std::uint64_t activations = 0;
    };

    /// Both are borrowed. Throws std::logic_error unless the kernel's resolution is 1 fs.
    NocModule(const sc_core::sc_module_name& name, Interconnect& network, const Clock& clock);

    /// Throw as Interconnect::send does. To be called from processes of the running simulation.
    void send(const Packet& packet);
    void send_multicast(const Packet& packet, std::span<const std::uint32_t> destinations);

    /// The network's cycle at the kernel's time.
    Cycle cycle() const;
    /// When a cycle begins.
    sc_core::sc_time time_of(Cycle cycle) const;

    Interconnect& network() { return network_; }
    const Stats& stats() const { return stats_; }

private:
    void run();
    Cycle horizon() const;

    Interconnect& network_;
    Clock clock_;
    sc_core::sc_event wake_;
    Stats stats_;
};

} // namespace imc
