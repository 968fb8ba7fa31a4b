#include "sim/run/deadlock.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace imc::run
{

namespace
{

struct Wait {
    ActorId on;
    TileId tile;
    bool inputs = false; ///< for tokens, not for room
    std::optional<Cycle> since;
};
using Waits = std::map<ActorId, Wait>;

Waits waits_of(const program::Program& program, const Engines& engines)
{
    Waits waits;
    std::map<ActorId, std::int64_t> produced;
    std::vector<program::FlowId> lacking;
    for (const tile::TileEngine* engine : engines)
        for (const tile::ActorState& actor : engine->actors()) {
            produced[actor.id] = actor.produced;
            const program::FlowId id = engine->blocking_flow(actor);
            if (!id.valid())
                continue;
            const bool inputs = actor.waiting == tile::Waiting::inputs;
            const program::Flow& flow = program.flows[id];
            waits[actor.id] = {inputs ? flow.from : flow.to, actor.actor->tile, inputs, actor.waiting_since};
            if (inputs)
                lacking.push_back(id);
        }
    // What is lacking may have been produced and find no room, whatever its producer does meanwhile.
    for (const program::FlowId id : lacking) {
        const program::Flow& flow = program.flows[id];
        const TileId tile = program.actors[flow.from].tile;
        if (engines[tile.value()]->outgoing(id).next_sequence() < produced[flow.from])
            waits[flow.from] = {flow.to, tile, false, std::nullopt};
    }
    return waits;
}

/// Follows who waits for whom from `start` until a block is met again.
std::vector<ActorId> cycle_from(ActorId start, const Waits& waits)
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

std::vector<ActorId> ring_in(const Waits& waits)
{
    for (const auto& [actor, wait] : waits)
        if (std::vector<ActorId> ring = cycle_from(actor, waits); !ring.empty())
            return ring;
    return {};
}

Engines engines_of(const Chip& chip)
{
    Engines engines;
    for (std::size_t t = 0; t < chip.tiles(); ++t)
        engines.push_back(&chip.tile(TileId(t)).engine());
    return engines;
}

std::string explain_waits(const Chip& chip, const Mapped& mapped)
{
    const program::Program& program = mapped.program;
    const Waits waits = waits_of(program, engines_of(chip));
    std::string text;
    for (const auto& [actor, wait] : waits) {
        text += fmt::format("\n  '{}' on tile {} waits for {} '{}'", program.actors[actor].name, wait.tile.value(),
                            wait.inputs ? "tokens from" : "room at", program.actors[wait.on].name);
        if (wait.since)
            text += fmt::format(" (since cycle {})", *wait.since);
    }
    const std::vector<ActorId> ring = ring_in(waits);
    if (ring.empty())
        return text;
    text += "\n  cycle of waiting blocks:";
    for (const ActorId a : ring)
        text += fmt::format(" '{}' ->", program.actors[a].name);
    return text + fmt::format(" '{}'", program.actors[ring.front()].name);
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

std::vector<ActorId> ring_of_waits(const program::Program& program, const Engines& engines)
{
    return ring_in(waits_of(program, engines));
}

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
