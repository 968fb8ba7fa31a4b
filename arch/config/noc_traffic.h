#pragma once

#include <cstdint>

#include "sim/base/config/visitor.h"

namespace imc
{

enum class TrafficPattern { uniform, transpose, hotspot };
inline constexpr config::Choice<TrafficPattern> traffic_patterns[] = {
    {"uniform", TrafficPattern::uniform, "to any tile, the sender included, with equal probability"},
    {"transpose", TrafficPattern::transpose, "from (x, y) to (y, x); the mesh must be square"},
    {"hotspot", TrafficPattern::hotspot, "uniform, but one tile is drawn hot_weight times as often"},
};

/// Synthetic traffic: every tile creates a packet in a cycle with probability rate_flits / packet_flits.
struct TrafficConfig {
    TrafficPattern pattern = TrafficPattern::uniform;
    std::uint32_t hot_node = 0;
    double hot_weight = 1;
    double rate_flits = 0.1; ///< offered flits per tile and cycle
    std::uint32_t packet_flits = 4;
    std::int64_t warmup_cycles = 6000;
    std::int64_t measure_cycles = 18000;
    std::uint64_t seed = 1;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

} // namespace imc
