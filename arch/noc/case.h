#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "arch/config/noc.h"
#include "arch/config/noc_traffic.h"
#include "arch/interconnect.h"
#include "arch/noc/traffic.h"

namespace imc
{

/// A network alone, as `imcsim noc` reads it: its shape, and either packets or synthetic traffic.
struct NocCase {
    std::vector<std::int64_t> mesh;
    std::uint32_t tiles_per_router = 1;
    std::vector<std::int64_t> extra_endpoints;
    RouterConfig router;
    std::vector<std::vector<double>> packets; ///< rows of cycle, source, destination, flits
    std::vector<std::int64_t> classes;        ///< per packet; empty: all 0
    std::vector<std::int64_t> groups;         ///< per packet: packets of one number > 0 are one multicast
    std::vector<std::vector<double>> results; ///< as recorded by the run that wrote the case
    std::optional<TrafficConfig> traffic;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
    MeshShape shape() const;
};

/// Head injected, head arrived, tail arrived.
using PacketTimes = std::array<Cycle, 3>;

struct NocCaseResult {
    std::vector<PacketTimes> packets; ///< in the case's order
    std::optional<TrafficResult> traffic;
    InterconnectStatistics statistics;
    Cycle cycles = 0; ///< simulated, to the last arrival
};

/// Packets of one source enter its queue in order of their cycles, then of the list.
NocCaseResult simulate(const NocCase& noc_case);

} // namespace imc
