#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "arch/config/noc.h"
#include "arch/config/noc_traffic.h"
#include "arch/interconnect.h"
#include "sim/base/random.h"

namespace imc
{

/// How many cycles in a row pass without an event of probability p per cycle: a geometric variable drawn from
/// one random number. Found by descending over q^(2^j), q = 1 - p, with multiplications alone, so that the
/// result does not depend on a mathematical library.
class GeometricGap
{
public:
    /// p in (0, 1].
    explicit GeometricGap(double p);
    Cycle draw(RandomStream& random) const;

private:
    std::vector<double> powers_; ///< q^(2^j)
};

/// Packets of synthetic traffic in order of creation, then of source. Every tile has its own random stream;
/// cycles in which no packet is created cost nothing.
class TrafficSource
{
public:
    /// Throws std::invalid_argument if the pattern does not fit the shape: transpose needs a square mesh, the
    /// hot node must be a tile.
    TrafficSource(const TrafficConfig& config, const MeshShape& shape);

    /// When the next packet is created; `never` if the rate is 0.
    Cycle next_cycle() const { return pending_.empty() ? never : pending_.top().first; }
    /// Takes that packet.
    Packet take();

private:
    std::uint32_t destination(std::uint32_t source);

    TrafficConfig config_;
    MeshShape shape_;
    std::uint32_t tiles_;
    GeometricGap gap_;
    std::vector<RandomStream> streams_;
    using Next = std::pair<Cycle, std::uint32_t>;
    std::priority_queue<Next, std::vector<Next>, std::greater<>> pending_;
};

struct TrafficResult {
    double mean_packet_latency_cycles = 0; ///< of packets created while measuring, queueing included
    Cycle max_packet_latency_cycles = 0;
    double accepted_rate_flits = 0; ///< delivered per tile and cycle while measuring
    double offered_rate_flits = 0;  ///< created per tile and cycle while measuring
    std::uint64_t packets_measured = 0;
    Cycle cycles = 0; ///< simulated until the last measured packet was delivered
};

/// Drives `network` (of that shape, at its start) with synthetic traffic: warm-up, measurement, drain.
TrafficResult measure_traffic(Interconnect& network, const TrafficConfig& config, const MeshShape& shape);

} // namespace imc
