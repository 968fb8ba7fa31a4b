#include "arch/noc/traffic.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace imc
{

GeometricGap::GeometricGap(double p)
{
    if (!(p > 0 && p <= 1))
        throw std::invalid_argument("GeometricGap: probability must be in (0, 1], got " + std::to_string(p));
    // Beyond q^n < 2^-53 no random number reaches.
    for (double power = 1 - p; power >= 0x1p-54 && powers_.size() < 62; power *= power)
        powers_.push_back(power);
}

Cycle GeometricGap::draw(RandomStream& random) const
{
    // The largest g with q^g >= u, u in (0, 1]: P(gap >= g) = q^g.
    const double u = 1.0 - random.uniform();
    double reached = 1.0;
    Cycle gap = 0;
    for (std::size_t j = powers_.size(); j-- > 0;)
        if (const double next = reached * powers_[j]; next >= u) {
            reached = next;
            gap += Cycle{1} << j;
        }
    return gap;
}

TrafficSource::TrafficSource(const TrafficConfig& config, const MeshShape& shape)
    : config_(config), shape_(shape), tiles_(shape.routers() * shape.tiles_per_router),
      gap_(config.rate_flits > 0 ? config.rate_flits / config.packet_flits : 1.0)
{
    if (config.pattern == TrafficPattern::transpose && shape.columns != shape.rows)
        throw std::invalid_argument("transpose needs a square mesh, got " + std::to_string(shape.columns) + " x " +
                                    std::to_string(shape.rows));
    if (config.pattern == TrafficPattern::hotspot && config.hot_node >= tiles_)
        throw std::invalid_argument("hot node " + std::to_string(config.hot_node) + " of " + std::to_string(tiles_) +
                                    " tiles");
    if (config.rate_flits <= 0)
        return;
    for (std::uint32_t tile = 0; tile < tiles_; ++tile) {
        streams_.emplace_back(config.seed, "noc.traffic", tile);
        pending_.emplace(gap_.draw(streams_.back()), tile);
    }
}

Packet TrafficSource::take()
{
    const auto [cycle, source] = pending_.top();
    pending_.pop();
    Packet packet;
    packet.source = source;
    packet.destination = destination(source);
    packet.flits = config_.packet_flits;
    pending_.emplace(cycle + 1 + gap_.draw(streams_[source]), source);
    return packet;
}

std::uint32_t TrafficSource::destination(std::uint32_t source)
{
    RandomStream& random = streams_[source];
    switch (config_.pattern) {
    case TrafficPattern::uniform:
        return static_cast<std::uint32_t>(random.below(tiles_));
    case TrafficPattern::transpose: {
        const std::uint32_t router = source / shape_.tiles_per_router;
        const std::uint32_t x = router % shape_.columns, y = router / shape_.columns;
        return (x * shape_.columns + y) * shape_.tiles_per_router + source % shape_.tiles_per_router;
    }
    case TrafficPattern::hotspot: {
        const double total = config_.hot_weight + (tiles_ - 1);
        if (tiles_ == 1 || random.uniform() * total < config_.hot_weight)
            return config_.hot_node;
        const auto other = static_cast<std::uint32_t>(random.below(tiles_ - 1));
        return other < config_.hot_node ? other : other + 1;
    }
    }
    throw std::invalid_argument("traffic pattern " + std::to_string(static_cast<int>(config_.pattern)));
}

namespace
{

/// Folds deliveries into the result; the tag of a measured packet is 1.
class Meter final : public DeliverySink
{
public:
    Meter(Cycle begin, Cycle end) : begin_(begin), end_(end) {}

    void deliver(const Delivery& d) override
    {
        if (d.tail_arrived >= begin_ && d.tail_arrived < end_)
            accepted_flits += d.packet.flits;
        if (d.packet.tag == 0)
            return;
        --outstanding;
        latency_sum += d.latency();
        latency_max = std::max(latency_max, d.latency());
    }

    std::uint64_t accepted_flits = 0;
    std::uint64_t outstanding = 0;
    Cycle latency_sum = 0;
    Cycle latency_max = 0;

private:
    Cycle begin_, end_;
};

} // namespace

TrafficResult measure_traffic(Interconnect& network, const TrafficConfig& config, const MeshShape& shape)
{
    const Cycle begin = config.warmup_cycles, end = begin + config.measure_cycles;
    TrafficSource source(config, shape);
    Meter meter(begin, end);
    network.set_sink(&meter);
    TrafficResult result;
    std::uint64_t offered_flits = 0;
    while (network.now() + 1 < end || meter.outstanding > 0) {
        // Everything created up to the next cycle is known to the network before it simulates that cycle.
        const Cycle next = std::min(source.next_cycle(), network.now() + 1 < end ? end : never);
        network.run(next - 1);
        while (source.next_cycle() <= network.now() + 1) {
            const Cycle created = source.next_cycle();
            Packet packet = source.take();
            if (created >= begin && created < end) {
                packet.tag = 1;
                ++meter.outstanding;
                ++result.packets_measured;
                offered_flits += packet.flits;
            }
            network.send(created, packet);
        }
    }
    network.set_sink(nullptr);
    const double tile_cycles = static_cast<double>(config.measure_cycles) * shape.routers() * shape.tiles_per_router;
    result.accepted_rate_flits = static_cast<double>(meter.accepted_flits) / tile_cycles;
    result.offered_rate_flits = static_cast<double>(offered_flits) / tile_cycles;
    if (result.packets_measured)
        result.mean_packet_latency_cycles =
            static_cast<double>(meter.latency_sum) / static_cast<double>(result.packets_measured);
    result.max_packet_latency_cycles = meter.latency_max;
    result.cycles = network.now() + 1;
    return result;
}

} // namespace imc
