#include <algorithm>
#include <stdexcept>
#include <utility>

#include "arch/tile/tile_engine.h"

/// How a tile's actors and flows are set up from the program.
namespace imc::tile
{

FlowDirectory::FlowDirectory(const program::Program& program)
    : outgoing(program.flows.size()), incoming(program.flows.size())
{
    std::vector<std::uint32_t> out(program.tiles, 0), in(program.tiles, 0);
    for (std::size_t f = 0; f < program.flows.size(); ++f) {
        const program::Flow& flow = program.flows[program::FlowId(f)];
        outgoing[f] = out[program.actors[flow.from].tile.value()]++;
        incoming[f] = in[program.actors[flow.to].tile.value()]++;
    }
}

TileEngine::TileEngine(const program::Program& program, const FlowDirectory& directory, TileId tile,
                       ServiceTable& services, Rules rules, const Units& units, Surroundings& surroundings)
    : program_(program), directory_(directory), tile_(tile), rules_(rules), surroundings_(surroundings), units_(units)
{
    if (tile != program.memory_tile)
        power_ = PowerDomain(services.tile_gating(tile));
    build_actors(services);
    build_flows();
    mark_exclusive();
    is_touched_.assign(actors_.size(), 0);
    for (std::uint32_t a = 0; a < actors_.size(); ++a)
        touch(a);
}

void TileEngine::build_actors(ServiceTable& services)
{
    for (std::size_t a = 0; a < program_.actors.size(); ++a) {
        const program::Actor& actor = program_.actors[ActorId(a)];
        if (actor.tile != tile_)
            continue;
        actors_.emplace_back(actor, ActorId(a), services.service(actor));
        actors_.back().macro_power = PowerDomain(services.macro_gating(tile_));
        actors_.back().ports.resize(actor.inputs.size());
        actors_.back().allowed = actor.kind == program::ActorKind::source ? 0 : program::unlimited;
    }
}

void TileEngine::build_flows()
{
    const auto local_actor = [&](ActorId id) {
        const auto it = std::find_if(actors_.begin(), actors_.end(), [&](const ActorState& a) { return a.id == id; });
        return static_cast<std::uint32_t>(it - actors_.begin());
    };
    const auto earliest_region = [&](const ActorState& actor) -> const program::Region& {
        return program_.flows[incoming_[actor.earliest].flow].region;
    };
    const auto comes_before = [](const program::Region& a, const program::Region& b) {
        return std::pair(a.rows.front(), a.columns.front()) < std::pair(b.rows.front(), b.columns.front());
    };
    for (std::size_t f = 0; f < program_.flows.size(); ++f) {
        const program::Flow& flow = program_.flows[program::FlowId(f)];
        const program::Actor& from = program_.actors[flow.from];
        const program::Actor& to = program_.actors[flow.to];
        const bool local = from.tile == to.tile;
        if (from.tile == tile_) {
            const std::uint32_t actor = local_actor(flow.from);
            actors_[actor].outgoing.push_back(static_cast<std::uint32_t>(outgoing_.size()));
            outgoing_.push_back(
                {program::FlowId(f), actor, local, program::Outgoing(flow, from.share, rules_.infinite_buffers)});
        }
        if (to.tile == tile_) {
            const std::uint32_t actor = local_actor(flow.to);
            const program::Input& input = to.inputs[flow.port];
            std::vector<std::uint32_t>& port = actors_[actor].ports[flow.port];
            if (flow.port == 0 && (port.empty() || comes_before(flow.region, earliest_region(actors_[actor]))))
                actors_[actor].earliest = static_cast<std::uint32_t>(incoming_.size());
            port.push_back(static_cast<std::uint32_t>(incoming_.size()));
            incoming_.push_back({program::FlowId(f), actor, local, program::Incoming(flow, input)});
        }
    }
}

void TileEngine::mark_exclusive()
{
    int users[6] = {};
    const auto uses = [](const ActorState& a, Resource r) {
        return std::any_of(a.service.first.steps.begin(), a.service.first.steps.end(),
                           [&](const Step& s) { return s.resource == r; });
    };
    for (int r = 0; r < 6; ++r)
        for (const ActorState& a : actors_)
            users[r] += uses(a, static_cast<Resource>(r));
    for (ActorState& a : actors_) {
        for (const Step& step : a.service.first.steps) {
            if (shared(step.resource) && !units_.of(step.resource))
                throw std::logic_error("'" + a.actor->name + "' needs a unit that its tile does not have");
            a.exclusive.push_back(!shared(step.resource) || rules_.separate_units ||
                                  (a.in_turn() && users[static_cast<int>(step.resource)] == 1));
        }
        if (rules_.separate_units)
            a.own_units.resize(a.service.first.steps.size());
    }
}

} // namespace imc::tile
