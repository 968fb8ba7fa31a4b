#include "sim/run/leakage.h"

#include <cmath>

namespace imc::run
{

namespace
{

const PowerStates& states_of(const StoredLeakage& block, const Result& r)
{
    return states_of(r, block.domain, block.tile_type);
}

std::size_t index_of(const Result& r, PowerDomainKind domain, TileTypeId tile_type)
{
    if (domain == PowerDomainKind::always_on)
        return r.power.size() - 1;
    return tile_type.value() * std::size_t{2} + static_cast<std::size_t>(domain);
}

double wakes_j(const Result& r, bool steady)
{
    double sum = 0.0;
    for (const StoredCount& c : r.ledger)
        for (const PowerDomainKind kind : {PowerDomainKind::macros, PowerDomainKind::tile}) {
            if (c.component != Component::control || c.event != wake_event(kind))
                continue;
            const PowerStates& s = states_of(r, kind, c.tile_type);
            // Counts by layer add up to all wakes; the steady ones are not told apart by layer.
            const double share = steady && s.wakes > 0
                                     ? static_cast<double>(s.steady_wakes) / static_cast<double>(s.wakes) /
                                           static_cast<double>(r.steady_inferences)
                                     : 1.0;
            sum += static_cast<double>(c.count) * c.unit.joules() * share;
        }
    return sum;
}

} // namespace

const PowerStates& states_of(const Result& r, PowerDomainKind domain, TileTypeId tile_type)
{
    return r.power.at(index_of(r, domain, tile_type));
}

PowerStates& states_of(Result& r, PowerDomainKind domain, TileTypeId tile_type)
{
    return r.power.at(index_of(r, domain, tile_type));
}

std::string domain_name(const Result& r, const PowerStates& states)
{
    const std::string name(name_of(states.domain));
    return r.tile_types.size() > 1 && states.tile_type.valid() ? r.tile_types[states.tile_type].name + "." + name
                                                               : name;
}

void describe_power(const ChipConfig& chip, Result& r)
{
    const auto describe = [&](PowerDomainKind domain, TileTypeId type, std::int64_t instances,
                              const GatingConfig& gating) {
        PowerStates s;
        s.domain = domain;
        s.tile_type = type;
        s.instances = instances;
        s.idle_leakage = gating.idle_leakage;
        s.gated_leakage = gating.gated_leakage;
        s.gates = gating.gates();
        r.power.push_back(s);
    };
    for (std::size_t t = 0; t < chip.tiles.size(); ++t) {
        const TileConfig& tile = chip.tiles[t];
        const std::int64_t tiles = r.tile_types[TileTypeId(t)].tiles;
        describe(PowerDomainKind::macros, TileTypeId(t), tiles * tile.macros(), tile.core.macro_gating);
        describe(PowerDomainKind::tile, TileTypeId(t), tiles, tile.gating);
    }
    r.power.emplace_back();
}

std::array<Energy::Wide, 3> state_picowatts(const StoredLeakage& block, const Result& r)
{
    const PowerStates& s = states_of(block, r);
    const auto picowatts = [&](double share) { return Energy::Wide{std::llround(block.power_w * share * 1e12)}; };
    return {picowatts(1.0), picowatts(s.idle_leakage), picowatts(s.gated_leakage)};
}

std::array<Energy, 3> leakage_energy(const StoredLeakage& block, const Result& r)
{
    const PowerStates& s = states_of(block, r);
    const auto power = state_picowatts(block, r);
    const Cycle cycles[3] = {s.active, s.idle, s.gated};
    const Femtoseconds period = Clock::from_hertz(r.clock_hz).period();
    const Energy::Wide divisor = Energy::Wide{s.instances} * 1'000'000; // 1e-12 W × 1 fs = 1e-27 J = 1e-6 quanta
    std::array<Energy, 3> energy;
    Energy::Wide sum = 0, before = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        sum += power[i] * cycles[i] * period;
        energy[i] = Energy::from_quanta(sum / divisor - before);
        before = sum / divisor;
    }
    return energy;
}

double steady_leakage_j(const Result& r)
{
    double sum = 0.0;
    for (const StoredLeakage& block : r.leakage) {
        const PowerStates& s = states_of(block, r);
        const auto power = state_picowatts(block, r);
        const double weighted = static_cast<double>(power[0]) * static_cast<double>(s.steady_active) +
                                static_cast<double>(power[1]) * static_cast<double>(s.steady_idle) +
                                static_cast<double>(power[2]) * static_cast<double>(s.steady_gated);
        sum += weighted / static_cast<double>(s.instances) * 1e-12;
    }
    return r.steady_inferences > 0 ? sum / r.clock_hz / static_cast<double>(r.steady_inferences) : 0.0;
}

double steady_wake_j(const Result& r) { return wakes_j(r, true); }
double wake_j(const Result& r) { return wakes_j(r, false); }

} // namespace imc::run
