#include "sim/run/power.h"

#include <algorithm>
#include <array>
#include <vector>

namespace imc::run
{

namespace
{

/// Instances that no actor uses rest from the start.
tile::StateCycles with_unused(tile::StateCycles used, const PowerStates& s, Cycle cycles)
{
    const Cycle rest = s.instances * cycles - used.active - used.idle - used.gated;
    (s.gates ? used.gated : used.idle) += rest;
    return used;
}

void set(PowerStates& s, const tile::StateCycles& used, Cycle cycles)
{
    const tile::StateCycles all = with_unused(used, s, cycles);
    s.active = all.active;
    s.idle = all.idle;
    s.gated = all.gated;
    s.wakes = all.wakes;
}

void set_steady(PowerStates& s, const tile::StateCycles& used, Cycle cycles)
{
    const tile::StateCycles all = with_unused(used, s, cycles);
    s.steady_active = all.active;
    s.steady_idle = all.idle;
    s.steady_gated = all.gated;
    s.steady_wakes = all.wakes;
}

using Set = void (*)(PowerStates& s, const tile::StateCycles& used, Cycle cycles);

void set_all(Result& r, const Chip::PowerStates& used, Cycle cycles, Set set_one)
{
    for (PowerStates& s : r.power)
        set_one(s,
                s.domain == PowerDomainKind::macros ? used.macros[s.tile_type]
                : s.domain == PowerDomainKind::tile ? used.tiles[s.tile_type]
                                                    : tile::StateCycles{cycles, 0, 0, 0},
                cycles);
}

} // namespace

void set_power(const Chip::PowerStates& used, Result& r) { set_all(r, used, r.cycles, set); }

void set_steady_power(const Chip::PowerStates& used, Cycle cycles, std::int64_t inferences, Result& r)
{
    r.steady_cycles = cycles;
    r.steady_inferences = inferences;
    set_all(r, used, cycles, set_steady);
}

Chip::PowerStates between(const Chip::PowerStates& from, const Chip::PowerStates& to)
{
    Chip::PowerStates difference = to;
    for (std::size_t t = 0; t < to.macros.size(); ++t) {
        const TileTypeId type(t);
        difference.macros[type] = to.macros[type] - from.macros[type];
        difference.tiles[type] = to.tiles[type] - from.tiles[type];
    }
    return difference;
}

void bound_power(const Mapped& mapped, tile::ServiceTable& services, Result& r)
{
    const program::Program& program = mapped.program;
    const std::size_t types = r.tile_types.size();
    Chip::PowerStates used{IdVector<TileTypeId, tile::StateCycles>(types),
                           IdVector<TileTypeId, tile::StateCycles>(types)};
    const auto work = [&](tile::StateCycles& sum, const GatingCycles& gating, Cycle busy, std::int64_t instances) {
        const Cycle active = std::min(r.cycles, busy + gating.wake);
        const Cycle rest = r.cycles - active;
        sum +=
            tile::StateCycles{active, gating.gates() ? 0 : rest, gating.gates() ? rest : 0, gating.gates()} * instances;
    };
    std::vector<std::array<Cycle, 6>> busy(program.tiles);
    for (const program::Actor& actor : program.actors) {
        const tile::Service service = services.service(actor);
        const auto first = static_cast<Cycle>(actor.share.rows.size());
        const Cycle next = actor.share.tokens() - first;
        Cycle macros = 0;
        for (const tile::MacroGroup& group : service.macros)
            macros = std::max(macros, group.least_time(actor.share.tokens(), actor.copies));
        work(used.macros[program.type_of(actor.tile)], services.macro_gating(actor.tile), macros, actor.macros());
        for (std::size_t s = 0; s < service.first.steps.size(); ++s)
            if (tile::shared(service.first.steps[s].resource))
                busy[actor.tile.value()][static_cast<std::size_t>(service.first.steps[s].resource)] +=
                    first * service.first.steps[s].service + next * service.next.steps[s].service;
    }
    for (std::size_t t = 0; t < program.tiles; ++t)
        if (TileId(t) != program.memory_tile)
            work(used.tiles[program.type_of(TileId(t))], services.tile_gating(TileId(t)),
                 *std::max_element(busy[t].begin(), busy[t].end()), 1);
    set_power(used, r);
    set_steady_power(used, r.cycles, 1, r);
}

void book_wakes(const Chip* chip, const Mapped& mapped, const tile::ServiceTable& services, Ledger& ledger, Result& r)
{
    const program::Program& program = mapped.program;
    const auto book = [&](const program::Actor& actor, std::int64_t macros, std::int64_t tiles) {
        macros *= actor.macros();
        ledger.book(services.macro_wake(actor.tile), macros, actor.layer);
        ledger.book(services.tile_wake(actor.tile), tiles, actor.layer);
        if (actor.layer.valid())
            r.layers[actor.layer.value()].wakes += macros;
    };
    if (chip) {
        for (std::size_t t = 0; t < chip->tiles(); ++t)
            for (const tile::ActorState& a : chip->tile(TileId(t)).engine().actors())
                book(*a.actor, a.statistics.macro_wakes, a.statistics.tile_wakes);
        return;
    }
    std::vector<char> woken(program.tiles, 0);
    woken[program.memory_tile.value()] = 1;
    for (const program::Actor& actor : program.actors) {
        const bool tile = services.tile_gating(actor.tile).gates() && !woken[actor.tile.value()];
        woken[actor.tile.value()] = 1;
        book(actor, services.macro_gating(actor.tile).gates(), tile);
    }
}

} // namespace imc::run
