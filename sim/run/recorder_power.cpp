#include <algorithm>

#include <fmt/format.h>

#include "sim/run/leakage.h"
#include "sim/run/recorder.h"

/// The recorder's part for power states: leakage over time.
namespace imc::run
{

namespace
{

/// Adds the cycles of [from, to) to the bins they fall into.
void add_cycles(std::vector<Cycle>& bins, Cycle width, std::int64_t instances, Cycle from, Cycle to)
{
    if (from >= to)
        return;
    const auto last = static_cast<std::size_t>((to - 1) / width);
    if (bins.size() <= last)
        bins.resize(last + 1, 0);
    for (auto bin = static_cast<std::size_t>(from / width); bin <= last; ++bin) {
        const Cycle begin = static_cast<Cycle>(bin) * width;
        bins[bin] += instances * (std::min(to, begin + width) - std::max(from, begin));
    }
}

Cycle at(const std::vector<Cycle>& bins, std::size_t bin) { return bin < bins.size() ? bins[bin] : 0; }

} // namespace

void Recorder::add_rest(TileId tile, PowerDomainKind kind, std::int64_t instances, const tile::Rest& rest)
{
    Rests& rests = rests_[program_.type_of(tile)][static_cast<std::size_t>(kind)];
    add_cycles(rests.idle, bin_cycles_, instances, rest.from, rest.gated_from);
    add_cycles(rests.gated, bin_cycles_, instances, rest.gated_from, rest.to);
}

void Recorder::rested(const tile::ActorState& by, bool macros, const tile::Rest& rest)
{
    if (!recording_)
        return;
    const auto instances = macros ? by.actor->macros() : 1;
    if (power_recording_)
        add_rest(by.actor->tile, macros ? PowerDomainKind::macros : PowerDomainKind::tile, instances, rest);
    if (!rest.woke)
        return;
    const TileId tile = by.actor->tile;
    book({macros ? services_.macro_wake(tile) : services_.tile_wake(tile), instances}, by.actor->layer, rest.to,
         rest.ready);
    if (!trace_)
        return;
    trace::Span span;
    span.track = trace_->track(macros ? fmt::format("{}.{}.power", tile_of(by.id).path, by.actor->name)
                                      : fmt::format("{}.power", tile_of(by.id).path));
    span.layer = macros ? by.actor->layer : LayerId();
    span.name = trace_->name("gated");
    span.start = rest.gated_from * clock_.period();
    span.end = rest.to * clock_.period();
    trace_->span(span);
    span.name = trace_->name("waking");
    span.start = span.end;
    span.end = rest.ready * clock_.period();
    trace_->span(span);
}

void Recorder::end_power_states(Cycle now)
{
    power_recording_ = false;
    for (std::size_t t = 0; t < chip_.tiles(); ++t) {
        const tile::TileEngine& engine = chip_.tile(TileId(t)).engine();
        if (TileId(t) != program_.memory_tile && engine.power().resting())
            add_rest(TileId(t), PowerDomainKind::tile, 1, engine.power().rest(now));
        for (const tile::ActorState& actor : engine.actors())
            if (actor.macro_power.resting())
                add_rest(TileId(t), PowerDomainKind::macros, actor.actor->macros(), actor.macro_power.rest(now));
    }
}

void Recorder::finish(const Result& r)
{
    recording_ = false;
    for (const PowerStates& s : r.power) {
        if (r.cycles == 0 || s.leaks_evenly())
            continue;
        // What the program does not use was not seen resting.
        Rests& rests = rests_[s.tile_type][static_cast<std::size_t>(s.domain)];
        Cycle seen_idle = 0, seen_gated = 0;
        for (const Cycle c : rests.idle)
            seen_idle += c;
        for (const Cycle c : rests.gated)
            seen_gated += c;
        add_cycles(rests.idle, bin_cycles_, (s.idle - seen_idle) / r.cycles, 0, r.cycles);
        add_cycles(rests.gated, bin_cycles_, (s.gated - seen_gated) / r.cycles, 0, r.cycles);
    }
    for (const StoredLeakage& block : r.leakage)
        leak(block, r);
}

/// Bin by bin; rounding down the sum up to each bin's end makes the parts add up to leakage_energy().
void Recorder::leak(const StoredLeakage& block, const Result& r)
{
    const PowerStates& s = states_of(r, block.domain, block.tile_type);
    if (s.leaks_evenly()) {
        const auto parts = leakage_energy(block, r);
        const Energy energy = parts[0] + parts[1] + parts[2];
        spread(energy, 0, r.cycles);
        return show_leakage(block.component, energy, 0, r.cycles);
    }
    const Rests& rests = rests_[s.tile_type][static_cast<std::size_t>(s.domain)];
    const auto power = state_picowatts(block, r);
    const Energy::Wide divisor = Energy::Wide{s.instances} * 1'000'000;
    Energy::Wide sum = 0, before = 0;
    for (Cycle begin = 0; begin < r.cycles; begin += bin_cycles_) {
        const Cycle end = std::min(r.cycles, begin + bin_cycles_);
        const auto bin = static_cast<std::size_t>(begin / bin_cycles_);
        const Cycle idle = at(rests.idle, bin), gated = at(rests.gated, bin);
        const Cycle active = s.instances * (end - begin) - idle - gated;
        sum += (power[0] * active + power[1] * idle + power[2] * gated) * clock_.period();
        const Energy energy = Energy::from_quanta(sum / divisor - before);
        before = sum / divisor;
        spread(energy, begin, end);
        show_leakage(block.component, energy, begin, end);
    }
}

void Recorder::show_leakage(Component component, Energy energy, Cycle start, Cycle end)
{
    if (!trace_)
        return;
    trace::Booking booking;
    booking.component = component;
    booking.category = Category::leakage;
    booking.event = trace_->name("leakage");
    booking.start = start * clock_.period();
    booking.end = end * clock_.period();
    booking.count = 1;
    booking.energy = energy;
    trace_->booking(booking);
}

} // namespace imc::run
