#include "arch/config/noc_traffic.h"

#include <string>

namespace imc
{

void TrafficConfig::fields(config::Visitor& v)
{
    constexpr std::int64_t longest = 1'000'000'000'000;
    v.choice("pattern", pattern, traffic_patterns, "where packets go");
    v.integer("hot_node", hot_node, {0, 1 << 24}, unit::none, "hotspot: the tile drawn more often");
    v.real("hot_weight", hot_weight, {0, 1e6}, unit::none, "hotspot: how many times as often it is drawn");
    v.real("rate_flits", rate_flits, {0, 1e6}, unit::none, "offered flits per tile and cycle");
    v.integer("packet_flits", packet_flits, {1, 1'000'000}, unit::none, "flits per packet");
    v.integer("warmup_cycles", warmup_cycles, {0, longest}, unit::cycles, "simulated before measuring");
    v.integer("measure_cycles", measure_cycles, {1, longest}, unit::cycles,
              "packets created in these are measured; then they drain under the same traffic");
    v.integer("seed", seed, {0}, unit::none, "of the random streams");
}

void TrafficConfig::check(const config::Place& place) const
{
    if (rate_flits > packet_flits)
        place.fail("rate_flits", "must be at most one packet per cycle (" + std::to_string(packet_flits) + " flits)");
}

} // namespace imc
