#include "sim/run/power.h"

#include <algorithm>
#include <array>
#include <vector>

namespace imc::run
{

namespace
{

PowerStates& of(Result& r, PowerDomainKind kind) { return r.power[static_cast<std::size_t>(kind)]; }

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

constexpr tile::StateCycles always(Cycle cycles) { return {cycles, 0, 0, 0}; }

} // namespace

void set_power(const Chip::PowerStates& used, Result& r)
{
    set(of(r, PowerDomainKind::macros), used.macros, r.cycles);
    set(of(r, PowerDomainKind::tile), used.tiles, r.cycles);
    set(of(r, PowerDomainKind::always_on), always(r.cycles), r.cycles);
}

void set_steady_power(const Chip::PowerStates& used, Cycle cycles, std::int64_t inferences, Result& r)
{
    r.steady_cycles = cycles;
    r.steady_inferences = inferences;
    set_steady(of(r, PowerDomainKind::macros), used.macros, cycles);
    set_steady(of(r, PowerDomainKind::tile), used.tiles, cycles);
    set_steady(of(r, PowerDomainKind::always_on), always(cycles), cycles);
}

void bound_power(const Mapped& mapped, tile::ServiceTable& services, Result& r)
{
    const program::Program& program = mapped.program;
    Chip::PowerStates used;
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
        const Cycle turns = (actor.share.tokens() + actor.copies - 1) / actor.copies;
        Cycle macros = 0;
        for (const tile::MacroGroup& group : service.macros)
            macros = std::max(macros, (turns - 1) * group.interval + group.latency);
        work(used.macros, services.macro_gating(), macros, actor.macros());
        for (std::size_t s = 0; s < service.first.steps.size(); ++s)
            if (tile::shared(service.first.steps[s].resource))
                busy[actor.tile.value()][static_cast<std::size_t>(service.first.steps[s].resource)] +=
                    first * service.first.steps[s].service + next * service.next.steps[s].service;
    }
    for (std::size_t t = 0; t < program.tiles; ++t)
        if (TileId(t) != program.memory_tile)
            work(used.tiles, services.tile_gating(), *std::max_element(busy[t].begin(), busy[t].end()), 1);
    set_power(used, r);
    set_steady_power(used, r.cycles, 1, r);
}

void book_wakes(const Chip* chip, const Mapped& mapped, const tile::ServiceTable& services, Ledger& ledger, Result& r)
{
    const program::Program& program = mapped.program;
    const auto book = [&](const program::Actor& actor, std::int64_t macros, std::int64_t tiles) {
        macros *= actor.macros();
        ledger.book(services.macro_wake(), macros, actor.layer);
        ledger.book(services.tile_wake(), tiles, actor.layer);
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
        const bool tile = services.tile_gating().gates() && !woken[actor.tile.value()];
        woken[actor.tile.value()] = 1;
        book(actor, services.macro_gating().gates(), tile);
    }
}

} // namespace imc::run
