#include "arch/noc/noc_module.h"

#include <algorithm>
#include <stdexcept>

namespace imc
{

using namespace sc_core;

NocModule::NocModule(const sc_module_name& name, Interconnect& network, const Clock& clock)
    : sc_module(name), network_(network), clock_(clock)
{
    if (sc_get_time_resolution() != sc_time(1, SC_FS))
        throw std::logic_error("NocModule: the kernel's time resolution must be 1 fs");
    SC_HAS_PROCESS(NocModule);
    SC_METHOD(run);
    sensitive << wake_;
    dont_initialize();
}

Cycle NocModule::cycle() const { return static_cast<Cycle>(sc_time_stamp().value()) / clock_.period(); }

sc_time NocModule::time_of(Cycle cycle) const
{
    return sc_time::from_value(static_cast<sc_dt::uint64>(cycle) * static_cast<sc_dt::uint64>(clock_.period()));
}

void NocModule::send(const Packet& packet)
{
    network_.send(cycle() + 1, packet);
    wake_.notify(SC_ZERO_TIME);
}

void NocModule::send_multicast(const Packet& packet, std::span<const std::uint32_t> destinations)
{
    network_.send_multicast(cycle() + 1, packet, destinations);
    wake_.notify(SC_ZERO_TIME);
}

/// The last cycle that nothing still to happen in the kernel can change.
Cycle NocModule::horizon() const
{
    if (sc_pending_activity_at_current_time())
        return cycle();
    if (!sc_pending_activity())
        return never;
    return static_cast<Cycle>((sc_time_stamp() + sc_time_to_pending_activity()).value()) / clock_.period();
}

void NocModule::run()
{
    ++stats_.activations;
    for (Cycle next = network_.next_event(); next != never; next = network_.next_event()) {
        const Cycle until = horizon();
        if (next > until) {
            // When the kernel gets to that cycle, all that can change it is known.
            next_trigger(time_of(next) - sc_time_stamp(), wake_);
            return;
        }
        // Without an end in sight go from event to event, so that the network's time never passes what may come.
        network_.run(until == never ? next : until);
    }
    next_trigger(wake_);
}

} // namespace imc
