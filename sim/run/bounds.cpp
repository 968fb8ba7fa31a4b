#include "sim/run/bounds.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "sim/run/multicast.h"
#include "sim/run/needed.h"

namespace imc::run
{

namespace
{

constexpr const char* resource_names[] = {"buffer port", "arrays",      "core bus",
                                          "accumulator", "vector unit", "memory port"};

void raise(Bound& bound, Cycle cycles, const std::string& resource)
{
    if (cycles > bound.cycles)
        bound = {cycles, resource};
}

struct Links {
    const MeshShape& mesh;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Cycle> flits; ///< by router pair; endpoints as (endpoint, none)

    std::uint32_t router(std::uint32_t endpoint) const
    {
        const std::uint32_t own = mesh.routers() * mesh.tiles_per_router;
        return endpoint < own ? endpoint / mesh.tiles_per_router : mesh.extra_endpoints[endpoint - own];
    }

    /// Columns first, then rows, as the routers do. `entered`: routers that the packet has come to for others.
    void add(std::uint32_t from, std::uint32_t to, Cycle count, std::vector<std::uint32_t>& entered)
    {
        std::uint32_t at = router(from);
        const std::uint32_t target = router(to);
        while (at != target) {
            const std::uint32_t x = at % mesh.columns, tx = target % mesh.columns;
            const std::uint32_t next = x < tx        ? at + 1
                                       : x > tx      ? at - 1
                                       : at < target ? at + mesh.columns
                                                     : at - mesh.columns;
            if (std::find(entered.begin(), entered.end(), next) == entered.end()) {
                entered.push_back(next);
                flits[{at, next}] += count;
            }
            at = next;
        }
    }
};

/// Between the firings of an inference, of all copies together.
Cycle busy_time(const tile::MacroGroup& group, std::int64_t firings, std::int64_t copies)
{
    if (group.trace.runs.empty())
        return firings * group.schedule.interval;
    Cycle cycles = 0;
    for (std::int64_t f = copies; f < firings; ++f)
        cycles += group.at(f - copies).before(group.at(f));
    return cycles;
}

} // namespace

Bounds bounds_of(const Experiment& experiment, const Mapped& mapped, tile::ServiceTable& services, Served served)
{
    // Inferences follow each other without a pause: none waits for the way through the arrays of the one before, and
    // copies go on taking turns where it ended.
    const bool alone = served == Served::for_output;
    const program::Program& program = mapped.program;
    IdVector<ActorId, std::int64_t> tokens = needed_tokens(program);
    // Of actors that the output waits for the next inference waits for the rest, too. The others may fall behind.
    if (!alone)
        for (std::size_t a = 0; a < program.actors.size(); ++a)
            if (tokens[ActorId(a)] > 0)
                tokens[ActorId(a)] = program.actors[ActorId(a)].share.tokens();
    Bounds bounds;
    std::vector<std::array<Cycle, 6>> busy(program.tiles);
    for (std::size_t a = 0; a < program.actors.size(); ++a) {
        const program::Actor& actor = program.actors[ActorId(a)];
        const tile::Service service = services.service(actor);
        const Cycle all = tokens[ActorId(a)];
        if (all == 0)
            continue;
        const auto width = static_cast<Cycle>(actor.share.columns.size());
        const Cycle first = (all + width - 1) / width; // at the beginning of a row
        const Cycle next = all - first;
        const auto turns_of = [&](Cycle each) { // of the busiest copy
            return alone ? (all + actor.copies - 1) / actor.copies * each : all * each / actor.copies;
        };
        for (const tile::MacroGroup& group : service.macros) {
            // The last operation takes its latency, the others their interval; the first finds the macros gated.
            const Cycle cycles = alone ? services.macro_gating(actor.tile).wake + group.least_time(all, actor.copies)
                                       : busy_time(group, all, actor.copies) / actor.copies;
            raise(bounds.compute, cycles, fmt::format("arrays of '{}'", actor.name));
            raise(bounds.tile, cycles, fmt::format("arrays of '{}'", actor.name));
        }
        for (std::size_t s = 0; s < service.first.steps.size(); ++s) {
            const tile::Resource resource = service.first.steps[s].resource;
            const Cycle cycles = first * service.first.steps[s].service + next * service.next.steps[s].service;
            if (tile::shared(resource))
                busy[actor.tile.value()][static_cast<std::size_t>(resource)] += cycles;
            else
                raise(bounds.tile, turns_of(service.next.steps[s].service),
                      fmt::format("{} of '{}'", resource_names[static_cast<int>(resource)], actor.name));
        }
    }
    for (std::size_t t = 0; t < program.tiles; ++t)
        for (std::size_t r = 0; r < busy[t].size(); ++r)
            raise(bounds.tile,
                  busy[t][r] + (alone && busy[t][r] > 0 && TileId(t) != program.memory_tile
                                    ? services.tile_gating(TileId(t)).wake
                                    : 0),
                  TileId(t) == program.memory_tile ? std::string("memory and pins")
                                                   : fmt::format("{} of tile {}", resource_names[r], t));

    Links links{mapped.mesh, {}};
    std::vector<Cycle> sent(program.tiles, 0), received(program.tiles, 0);
    for_each_packet(experiment, mapped, [&](const std::vector<program::SentToken>& packet, std::int64_t packets) {
        const program::Flow& first = program.flows[packet.front().flow];
        const TileId from = program.actors[first.from].tile;
        const Cycle flits = packets * program::flits_of(first, experiment.chip.noc);
        sent[from.value()] += flits;
        std::vector<std::uint32_t> entered;
        for (const program::SentToken& s : packet) {
            const TileId to = program.actors[program.flows[s.flow].to].tile;
            received[to.value()] += flits;
            links.add(program.endpoint[from.value()], program.endpoint[to.value()], flits, entered);
        }
    });
    for (std::size_t t = 0; t < program.tiles; ++t) {
        raise(bounds.network, sent[t], fmt::format("injection of tile {}", t));
        raise(bounds.network, received[t], fmt::format("ejection to tile {}", t));
    }
    for (const auto& [link, flits] : links.flits)
        raise(bounds.network, flits, fmt::format("link from router {} to {}", link.first, link.second));
    return bounds;
}

} // namespace imc::run
