#include "sim/run/link_bounds.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "sim/run/accounts.h"
#include "sim/run/multicast.h"
#include "sim/run/needed.h"

namespace imc::run
{

namespace
{

/// Flits on each link of a mesh.
class Links
{
public:
    Links(const MeshShape& mesh, std::size_t tiles) : mesh_(mesh), sent_(tiles, 0), received_(tiles, 0) {}

    void inject(TileId tile, Cycle flits) { sent_[tile.value()] += flits; }
    void eject(TileId tile, Cycle flits) { received_[tile.value()] += flits; }

    /// Columns first, then rows, as the routers do. `entered`: routers that the packet has come to for others.
    void pass(std::uint32_t from, std::uint32_t to, Cycle flits, std::vector<std::uint32_t>& entered)
    {
        std::uint32_t at = router(from);
        const std::uint32_t target = router(to);
        while (at != target) {
            const std::uint32_t x = at % mesh_.columns, tx = target % mesh_.columns;
            const std::uint32_t next = x < tx        ? at + 1
                                       : x > tx      ? at - 1
                                       : at < target ? at + mesh_.columns
                                                     : at - mesh_.columns;
            if (std::find(entered.begin(), entered.end(), next) == entered.end()) {
                entered.push_back(next);
                between_[{at, next}] += flits;
            }
            at = next;
        }
    }

    Bound busiest() const
    {
        Bound bound;
        for (std::size_t t = 0; t < sent_.size(); ++t) {
            bound.raise(sent_[t], [&] { return fmt::format("injection of tile {}", t); });
            bound.raise(received_[t], [&] { return fmt::format("ejection to tile {}", t); });
        }
        for (const auto& [link, flits] : between_)
            bound.raise(flits, [&] { return fmt::format("link from router {} to {}", link.first, link.second); });
        return bound;
    }

private:
    std::uint32_t router(std::uint32_t endpoint) const
    {
        const std::uint32_t own = mesh_.routers() * mesh_.tiles_per_router;
        return endpoint < own ? endpoint / mesh_.tiles_per_router : mesh_.extra_endpoints[endpoint - own];
    }

    const MeshShape& mesh_;
    std::vector<Cycle> sent_, received_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Cycle> between_;
};

} // namespace

Bound link_bound(const Experiment& experiment, const Mapped& mapped, Served served)
{
    const program::Program& program = mapped.program;
    const auto tile_of = [&](ActorId actor) { return program.actors[actor].tile; };
    const auto endpoint = [&](TileId tile) { return program.endpoint[tile.value()]; };
    const bool alone = served == Served::for_output;
    Links links(mapped.mesh, program.tiles);
    for_each_packet(experiment, mapped, alone ? needed_regions(program) : whole_regions(program),
                    [&](const std::vector<program::SentToken>& packet, std::int64_t packets) {
                        const program::Flow& first = program.flows[packet.front().flow];
                        const TileId from = tile_of(first.from);
                        const Cycle flits = packets * program::flits_of(first, experiment.chip.noc);
                        links.inject(from, flits);
                        std::vector<std::uint32_t> entered;
                        for (const program::SentToken& s : packet) {
                            const TileId to = tile_of(program.flows[s.flow].to);
                            links.eject(to, flits);
                            links.pass(endpoint(from), endpoint(to), flits, entered);
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
            const Cycle flits = credits[program::FlowId(f)];
            std::vector<std::uint32_t> entered;
            links.inject(receiver, flits);
            links.eject(sender, flits);
            links.pass(endpoint(receiver), endpoint(sender), flits, entered);
        }
    }
    return links.busiest();
}

} // namespace imc::run
