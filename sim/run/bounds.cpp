#include "sim/run/bounds.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sim/run/link_bounds.h"
#include "sim/run/needed.h"

namespace imc::run
{

namespace
{

constexpr const char* resource_names[] = {"buffer port", "arrays",      "core bus",
                                          "accumulator", "vector unit", "memory port"};

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
            for (Bound* bound : {&bounds.compute, &bounds.tile})
                bound->raise(cycles, [&] { return fmt::format("arrays of '{}'", actor.name); });
        }
        for (std::size_t s = 0; s < service.first.steps.size(); ++s) {
            const tile::Resource resource = service.first.steps[s].resource;
            const Cycle cycles = first * service.first.steps[s].service + next * service.next.steps[s].service;
            if (tile::shared(resource) && !experiment.run.ideal.units)
                busy[actor.tile.value()][static_cast<std::size_t>(resource)] += cycles;
            else if (!tile::shared(resource) || actor.copies == 1) // separate units may serve copies in any order
                bounds.tile.raise(tile::shared(resource) ? cycles : turns_of(service.next.steps[s].service), [&] {
                    return fmt::format("{} of '{}'", resource_names[static_cast<int>(resource)], actor.name);
                });
        }
    }
    for (std::size_t t = 0; t < program.tiles; ++t)
        for (std::size_t r = 0; r < busy[t].size(); ++r)
            bounds.tile.raise(busy[t][r] + (alone && busy[t][r] > 0 && TileId(t) != program.memory_tile
                                                ? services.tile_gating(TileId(t)).wake
                                                : 0),
                              [&] {
                                  return TileId(t) == program.memory_tile
                                             ? std::string("memory and pins")
                                             : fmt::format("{} of tile {}", resource_names[r], t);
                              });

    if (!experiment.run.ideal.network)
        bounds.network = link_bound(experiment, mapped, served);
    return bounds;
}

} // namespace imc::run
