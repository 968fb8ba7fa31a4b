#include "sim/run/link_bounds.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sim/run/accounts.h"
#include "sim/run/multicast.h"
#include "sim/run/needed.h"

namespace imc::run
{

namespace
{

/// Cycles from a tail's grant to the first request of the head behind it, beyond the next cycle (arch/noc/README.md,
/// rule 4).
Cycle turnaround(RouterPipeline pipeline)
{
    switch (pipeline) {
    case RouterPipeline::baseline:
        return 2;
    case RouterPipeline::lookahead:
        return 1;
    case RouterPipeline::minimal:
        break;
    }
    return 0;
}

/// What enters a router by one of its ports, or a receiver.
struct Channel {
    Cycle flits = 0;
    Cycle packets = 0;

    void add(Cycle more, Cycle flits_each)
    {
        packets += more;
        flits += more * flits_each;
    }
};

/// Who passes which link of a mesh.
class Links
{
public:
    Links(const MeshShape& mesh, const RouterConfig& router, std::size_t tiles, bool alone)
        : mesh_(mesh), turnaround_(turnaround(router.pipeline)), virtual_channels_(router.virtual_channels),
          alone_(alone), sent_(tiles), received_(tiles), leaving_(mesh.routers())
    {
    }

    void inject(TileId tile, Cycle packets, Cycle flits) { sent_[tile.value()].add(packets, flits); }
    void eject(TileId tile, Cycle packets, Cycle flits) { received_[tile.value()].add(packets, flits); }

    /// Columns first, then rows, as the routers do.
    void pass(std::uint32_t from, std::uint32_t to, Cycle packets, Cycle flits)
    {
        walk(from, to, [&](std::uint32_t at, Direction way, std::uint32_t) { leaving_[at][way].add(packets, flits); });
    }
    /// A branch of a tree; `entered`: routers that the packet has come to on others.
    void pass(std::uint32_t from, std::uint32_t to, Cycle packets, Cycle flits, std::vector<std::uint32_t>& entered)
    {
        walk(from, to, [&](std::uint32_t at, Direction way, std::uint32_t next) {
            if (std::find(entered.begin(), entered.end(), next) != entered.end())
                return;
            entered.push_back(next);
            leaving_[at][way].add(packets, flits);
        });
    }

    Bound busiest() const
    {
        Bound bound;
        for (std::size_t t = 0; t < sent_.size(); ++t) {
            bound.raise(cycles_of(sent_[t]), [&] { return fmt::format("injection of tile {}", t); });
            bound.raise(received_[t].flits, [&] { return fmt::format("ejection to tile {}", t); });
        }
        for (std::uint32_t r = 0; r < leaving_.size(); ++r)
            for (int way = east; way <= north; ++way)
                bound.raise(cycles_of(leaving_[r][static_cast<std::size_t>(way)]), [&] {
                    return fmt::format("link from router {} to {}", r, next(r, static_cast<Direction>(way)));
                });
        return bound;
    }

private:
    enum Direction : std::uint8_t { east, west, south, north };

    /// Alone, nobody waits behind the last packet of each virtual channel.
    Cycle cycles_of(const Channel& channel) const
    {
        const Cycle behind = alone_ ? std::max<Cycle>(0, channel.packets - virtual_channels_) : channel.packets;
        return std::max(channel.flits, (channel.flits + behind * turnaround_) / virtual_channels_);
    }
    std::uint32_t router(std::uint32_t endpoint) const
    {
        const std::uint32_t own = mesh_.routers() * mesh_.tiles_per_router;
        return endpoint < own ? endpoint / mesh_.tiles_per_router : mesh_.extra_endpoints[endpoint - own];
    }
    std::uint32_t next(std::uint32_t at, Direction way) const
    {
        return way == east ? at + 1 : way == west ? at - 1 : way == south ? at + mesh_.columns : at - mesh_.columns;
    }
    template <class Visit> void walk(std::uint32_t from, std::uint32_t to, const Visit& visit) const
    {
        std::uint32_t at = router(from);
        const std::uint32_t target = router(to);
        const std::uint32_t column = target % mesh_.columns;
        while (at != target) {
            const std::uint32_t x = at % mesh_.columns;
            const Direction way = x < column ? east : x > column ? west : at < target ? south : north;
            visit(at, way, next(at, way));
            at = next(at, way);
        }
    }

    const MeshShape& mesh_;
    Cycle turnaround_;
    Cycle virtual_channels_;
    bool alone_;
    std::vector<Channel> sent_, received_;
    std::vector<std::array<Channel, 4>> leaving_; ///< of each router, by direction
};

} // namespace

Bound link_bound(const Experiment& experiment, const Mapped& mapped, Served served)
{
    const program::Program& program = mapped.program;
    const auto tile_of = [&](ActorId actor) { return program.actors[actor].tile; };
    const auto endpoint = [&](TileId tile) { return program.endpoint[tile.value()]; };
    const bool alone = served == Served::for_output;
    Links links(mapped.mesh, experiment.chip.noc.router, program.tiles, alone);
    for_each_packet(experiment, mapped, alone ? needed_regions(program) : whole_regions(program),
                    [&](const std::vector<program::SentToken>& packet, std::int64_t packets) {
                        const program::Flow& first = program.flows[packet.front().flow];
                        const TileId from = tile_of(first.from);
                        const Cycle flits = program::flits_of(first, experiment.chip.noc);
                        links.inject(from, packets, flits);
                        if (packet.size() == 1) {
                            const TileId to = tile_of(first.to);
                            links.eject(to, packets, flits);
                            return links.pass(endpoint(from), endpoint(to), packets, flits);
                        }
                        std::vector<std::uint32_t> entered;
                        for (const program::SentToken& s : packet) {
                            const TileId to = tile_of(program.flows[s.flow].to);
                            links.eject(to, packets, flits);
                            links.pass(endpoint(from), endpoint(to), packets, flits, entered);
                        }
                    });
    // An output does not wait for the credits of what it needs; the next inference waits for all of them.
    if (!alone && !experiment.run.ideal.buffers && experiment.chip.noc.credits == CreditReturn::packets) {
        const IdVector<program::FlowId, std::int64_t> credits = credits_of_flows(program);
        for (std::size_t f = 0; f < program.flows.size(); ++f) {
            const program::Flow& flow = program.flows[program::FlowId(f)];
            const TileId sender = tile_of(flow.from), receiver = tile_of(flow.to);
            if (sender == receiver)
                continue;
            const Cycle packets = credits[program::FlowId(f)];
            links.inject(receiver, packets, 1);
            links.eject(sender, packets, 1);
            links.pass(endpoint(receiver), endpoint(sender), packets, 1);
        }
    }
    return links.busiest();
}

} // namespace imc::run
