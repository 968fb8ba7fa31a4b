#include "sim/run/link_bounds.h"

#include <algorithm>
#include <array>
#include <utility>

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
    Links(const MeshShape& mesh, const RouterConfig& router, const program::Program& program, bool alone)
        : mesh_(mesh), turnaround_(turnaround(router.pipeline)), virtual_channels_(router.virtual_channels),
          alone_(alone), memory_(program.memory_tile.value()), sent_(program.tiles), received_(program.tiles),
          leaving_(mesh.routers())
    {
    }

    void inject(TileId tile, Cycle packets, Cycle flits) { add(sent_[tile.value()], packets, flits); }
    void eject(TileId tile, Cycle packets, Cycle flits) { add(received_[tile.value()], packets, flits); }

    /// Columns first, then rows, as the routers do.
    void pass(std::uint32_t from, std::uint32_t to, Cycle packets, Cycle flits)
    {
        walk(from, to, [&](std::uint32_t at, Direction way, std::uint32_t) { add(leaving_[at][way], packets, flits); });
    }
    /// A branch of a tree; `entered`: routers that the packet has come to on others.
    void pass(std::uint32_t from, std::uint32_t to, Cycle packets, Cycle flits, std::vector<std::uint32_t>& entered)
    {
        walk(from, to, [&](std::uint32_t at, Direction way, std::uint32_t next) {
            if (std::find(entered.begin(), entered.end(), next) != entered.end())
                return;
            entered.push_back(next);
            add(leaving_[at][way], packets, flits);
        });
    }

    Bound busiest()
    {
        Bound bound;
        const auto raise = [&](const Channel& channel, Cycle cycles, const auto& name) {
            bound.raise(cycles, [&] {
                watched_ = &channel;
                return name();
            });
        };
        for (std::size_t t = 0; t < sent_.size(); ++t) {
            raise(sent_[t], cycles_of(sent_[t]), [&] { return "injection of " + name_of(t); });
            raise(received_[t], received_[t].flits, [&] { return "ejection to " + name_of(t); });
        }
        for (std::uint32_t r = 0; r < leaving_.size(); ++r)
            for (int way = east; way <= north; ++way) {
                const Channel& link = leaving_[r][static_cast<std::size_t>(way)];
                raise(link, cycles_of(link), [&] {
                    return fmt::format("link from router {} to {}", r, next(r, static_cast<Direction>(way)));
                });
            }
        return bound;
    }

    /// Cycles by which what has been added since busiest() keeps the busiest busier.
    Cycle more_on_busiest() { return std::exchange(more_, 0); }

private:
    enum Direction : std::uint8_t { east, west, south, north };

    void add(Channel& channel, Cycle packets, Cycle flits)
    {
        channel.add(packets, flits);
        if (&channel == watched_)
            more_ += packets * (flits + turnaround_);
    }
    std::string name_of(std::size_t tile) const
    {
        return tile == memory_ ? std::string(memory_node) : fmt::format("tile {}", tile);
    }
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
    std::size_t memory_;
    const Channel* watched_ = nullptr;
    Cycle more_ = 0;
    std::vector<Channel> sent_, received_;
    std::vector<std::array<Channel, 4>> leaving_; ///< of each router, by direction
};

/// Puts all packets on their way.
class Loading
{
public:
    Loading(const Experiment& experiment, const Mapped& mapped, Served served)
        : experiment_(experiment), mapped_(mapped), program_(mapped.program), alone_(served == Served::for_output),
          links_(mapped.mesh, experiment.chip.noc.router, program_, alone_)
    {
    }

    /// `after(packet)` is called after the packets of each kind.
    template <class After> void add_packets(const After& after)
    {
        for_each_packet(experiment_, mapped_, alone_ ? needed_regions(program_) : whole_regions(program_),
                        [&](const std::vector<program::SentToken>& packet, std::int64_t packets) {
                            add(packet, packets);
                            after(packet);
                        });
    }

    /// An output does not wait for the credits of what it needs; the next inference waits for all of them.
    void add_credits()
    {
        if (alone_ || experiment_.run.ideal.buffers || experiment_.chip.noc.credits != CreditReturn::packets)
            return;
        const IdVector<program::FlowId, std::int64_t> credits = credits_of_flows(program_);
        for (std::size_t f = 0; f < program_.flows.size(); ++f) {
            const program::Flow& flow = program_.flows[program::FlowId(f)];
            const TileId sender = tile_of(flow.from), receiver = tile_of(flow.to);
            if (sender == receiver)
                continue;
            const Cycle packets = credits[program::FlowId(f)];
            links_.inject(receiver, packets, 1);
            links_.eject(sender, packets, 1);
            links_.pass(endpoint(receiver), endpoint(sender), packets, 1);
        }
    }

    Links& links() { return links_; }

private:
    TileId tile_of(ActorId actor) const { return program_.actors[actor].tile; }
    std::uint32_t endpoint(TileId tile) const { return program_.endpoint[tile.value()]; }

    void add(const std::vector<program::SentToken>& packet, std::int64_t packets)
    {
        const program::Flow& first = program_.flows[packet.front().flow];
        const TileId from = tile_of(first.from);
        const Cycle flits = program::flits_of(first, experiment_.chip.noc);
        links_.inject(from, packets, flits);
        if (packet.size() == 1) {
            const TileId to = tile_of(first.to);
            links_.eject(to, packets, flits);
            links_.pass(endpoint(from), endpoint(to), packets, flits);
            return;
        }
        std::vector<std::uint32_t> entered;
        for (const program::SentToken& s : packet) {
            const TileId to = tile_of(program_.flows[s.flow].to);
            links_.eject(to, packets, flits);
            links_.pass(endpoint(from), endpoint(to), packets, flits, entered);
        }
    }

    const Experiment& experiment_;
    const Mapped& mapped_;
    const program::Program& program_;
    bool alone_;
    Links links_;
};

} // namespace

Bound link_bound(const Experiment& experiment, const Mapped& mapped, Served served)
{
    Loading loading(experiment, mapped, served);
    loading.add_packets([](const auto&) {});
    loading.add_credits();
    return loading.links().busiest();
}

BusyLink busiest_link(const Experiment& experiment, const Mapped& mapped)
{
    Loading loading(experiment, mapped, Served::in_all);
    loading.add_packets([](const auto&) {});
    loading.add_credits();
    BusyLink busy{loading.links().busiest(), {}};
    loading.add_packets([&](const std::vector<program::SentToken>& packet) {
        if (const Cycle cycles = loading.links().more_on_busiest(); cycles > 0)
            for (const program::SentToken& sent : packet)
                busy.flows.emplace_back(sent.flow, cycles);
    });
    std::stable_sort(busy.flows.begin(), busy.flows.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return busy;
}

} // namespace imc::run
