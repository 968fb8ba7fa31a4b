#include "sim/run/network_load.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "sim/run/accounts.h"
#include "sim/run/multicast.h"
#include "sim/run/needed.h"

namespace imc::run
{

namespace
{

/// What enters a router by one of its ports, or a receiver.
struct Channel {
    double flits = 0.0;
    double packets = 0.0;
};

/// Cycles from a tail's grant to the first request of the head behind it, beyond the next cycle.
double turnaround(RouterPipeline pipeline)
{
    switch (pipeline) {
    case RouterPipeline::baseline:
        return 2.0;
    case RouterPipeline::lookahead:
        return 1.0;
    case RouterPipeline::minimal:
        break;
    }
    return 0.0;
}

class Channels
{
public:
    Channels(const MeshShape& mesh, const RouterConfig& router)
        : mesh_(mesh), turnaround_(turnaround(router.pipeline)), virtual_channels_(router.virtual_channels),
          links_(std::size_t{4} * mesh.routers()), injected_(mesh.endpoints()), ejected_(mesh.endpoints())
    {
    }

    /// Packets of so many flits to several receivers; a link that several of their ways share carries them once.
    void add(std::uint32_t from, const std::vector<std::uint32_t>& to, double packets, double flits)
    {
        count(injected_[from], packets, flits);
        taken_.clear();
        for (const std::uint32_t target : to) {
            count(ejected_[target], packets, flits);
            follow(router_of(from), router_of(target), packets, flits);
        }
    }

    NetworkLoad busiest() const
    {
        NetworkLoad most;
        const auto raise = [&](double cycles, const auto& name) {
            if (cycles > most.cycles)
                most = {cycles, name()};
        };
        for (std::size_t e = 0; e < injected_.size(); ++e) {
            raise(cycles_of(injected_[e]), [&] { return fmt::format("injection at endpoint {}", e); });
            raise(ejected_[e].flits, [&] { return fmt::format("ejection at endpoint {}", e); });
        }
        constexpr const char* directions[] = {"east", "west", "south", "north"};
        for (std::size_t l = 0; l < links_.size(); ++l)
            raise(cycles_of(links_[l]),
                  [&] { return fmt::format("link from router {} to the {}", l / 4, directions[l % 4]); });
        return most;
    }

private:
    static void count(Channel& channel, double packets, double flits)
    {
        channel.packets += packets;
        channel.flits += packets * flits;
    }

    double cycles_of(const Channel& channel) const
    {
        return std::max(channel.flits, (channel.flits + channel.packets * turnaround_) / virtual_channels_);
    }

    std::uint32_t router_of(std::uint32_t endpoint) const
    {
        const std::uint32_t own = mesh_.routers() * mesh_.tiles_per_router;
        return endpoint < own ? endpoint / mesh_.tiles_per_router : mesh_.extra_endpoints[endpoint - own];
    }

    /// Columns first, then rows, as the routers do.
    void follow(std::uint32_t at, std::uint32_t target, double packets, double flits)
    {
        while (at != target) {
            const std::uint32_t x = at % mesh_.columns, to_x = target % mesh_.columns;
            const std::uint32_t direction = x < to_x ? 0 : x > to_x ? 1 : at < target ? 2 : 3;
            const std::uint32_t link = 4 * at + direction;
            at += direction == 0 ? 1 : direction == 1 ? -1u : direction == 2 ? mesh_.columns : -mesh_.columns;
            if (std::find(taken_.begin(), taken_.end(), link) != taken_.end())
                continue;
            taken_.push_back(link);
            count(links_[link], packets, flits);
        }
    }

    const MeshShape& mesh_;
    double turnaround_;
    double virtual_channels_;
    std::vector<Channel> links_; ///< four of each router
    std::vector<Channel> injected_, ejected_;
    std::vector<std::uint32_t> taken_; ///< links of the tree that is added
};

} // namespace

NetworkLoad network_load(const Experiment& experiment, const Mapped& mapped)
{
    const program::Program& program = mapped.program;
    Channels channels(mapped.mesh, experiment.chip.noc.router);
    std::vector<std::uint32_t> to;
    const auto endpoint = [&](ActorId actor) { return program.endpoint[program.actors[actor].tile.value()]; };
    for_each_packet(experiment, mapped, whole_regions(program),
                    [&](const std::vector<program::SentToken>& packet, std::int64_t packets) {
                        const program::Flow& first = program.flows[packet.front().flow];
                        to.clear();
                        for (const program::SentToken& sent : packet)
                            to.push_back(endpoint(program.flows[sent.flow].to));
                        channels.add(endpoint(first.from), to, static_cast<double>(packets),
                                     static_cast<double>(program::flits_of(first, experiment.chip.noc)));
                    });
    if (experiment.chip.noc.credits == CreditReturn::packets) {
        const IdVector<program::FlowId, std::int64_t> credits = credits_of_flows(program);
        for (std::size_t f = 0; f < program.flows.size(); ++f)
            if (const program::Flow& flow = program.flows[program::FlowId(f)];
                program.actors[flow.from].tile != program.actors[flow.to].tile)
                channels.add(endpoint(flow.to), {endpoint(flow.from)},
                             static_cast<double>(credits[program::FlowId(f)]), 1.0);
    }
    return channels.busiest();
}

} // namespace imc::run
