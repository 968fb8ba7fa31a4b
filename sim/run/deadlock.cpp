#include "sim/run/deadlock.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace imc::run
{

namespace
{

struct Wait {
    ActorId on;
    std::string text;
};

/// Follows who waits for whom from `start` until a block is met again.
std::vector<ActorId> cycle_from(ActorId start, const std::map<ActorId, Wait>& waits)
{
    std::vector<ActorId> path;
    for (ActorId at = start;;) {
        const auto seen = std::find(path.begin(), path.end(), at);
        if (seen != path.end())
            return {seen, path.end()};
        const auto next = waits.find(at);
        if (next == waits.end())
            return {};
        path.push_back(at);
        at = next->second.on;
    }
}

std::string explain_waits(const Chip& chip, const Mapped& mapped)
{
    const program::Program& program = mapped.program;
    std::map<ActorId, Wait> waits;
    for (std::size_t t = 0; t < chip.tiles(); ++t)
        for (const tile::ActorState& actor : chip.tile(TileId(t)).engine().actors()) {
            const program::FlowId id = chip.tile(TileId(t)).engine().blocking_flow(actor);
            if (!id.valid())
                continue;
            const program::Flow& flow = program.flows[id];
            const bool inputs = actor.waiting == tile::Waiting::inputs;
            const ActorId on = inputs ? flow.from : flow.to;
            waits[actor.id] = {on, fmt::format("'{}' on tile {} waits for {} '{}' (since cycle {})", actor.actor->name,
                                               t, inputs ? "tokens from" : "room at", program.actors[on].name,
                                               actor.waiting_since)};
        }
    std::string text;
    for (const auto& [actor, wait] : waits)
        text += "\n  " + wait.text;
    for (const auto& [actor, wait] : waits) {
        const std::vector<ActorId> ring = cycle_from(actor, waits);
        if (ring.empty())
            continue;
        text += "\n  cycle of waiting blocks:";
        for (const ActorId a : ring)
            text += fmt::format(" '{}' ->", program.actors[a].name);
        text += fmt::format(" '{}'", program.actors[ring.front()].name);
        break;
    }
    return text;
}

std::string explain_work(const Chip& chip)
{
    std::string text;
    for (std::size_t t = 0; t < chip.tiles(); ++t)
        for (const tile::ActorState& actor : chip.tile(TileId(t)).engine().actors())
            if (!actor.in_flight.empty())
                text += fmt::format("\n  '{}' on tile {} works since cycle {}", actor.actor->name, t,
                                    actor.in_flight.front().admitted);
    return text;
}

} // namespace

std::string explain_deadlock(const Chip& chip, const Mapped& mapped)
{
    return fmt::format("nothing can move any more at cycle {}: deadlock", chip.cycle()) + explain_waits(chip, mapped);
}

std::string explain_stall(const Chip& chip, const Mapped& mapped, Cycle limit)
{
    return fmt::format("no progress for {} cycles since cycle {} (run.no_progress_cycles)", limit,
                       chip.last_progress()) +
           explain_work(chip) + explain_waits(chip, mapped);
}

} // namespace imc::run
