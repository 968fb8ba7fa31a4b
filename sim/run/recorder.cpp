#include "sim/run/recorder.h"

#include <algorithm>

#include <fmt/format.h>

namespace imc::run
{

Recorder::Recorder(const Experiment& experiment, const Mapped& mapped, const Chip& chip, tile::ServiceTable& services,
                   const Ledger& ledger, trace::Trace* trace)
    : program_(mapped.program), chip_(chip), services_(services), ledger_(ledger), trace_(trace),
      clock_(experiment.chip.clock()), bin_cycles_(std::max<Cycle>(1, clock_.cycles(experiment.run.power_bin_s))),
      rests_(experiment.chip.tiles.size())
{
    if (!trace_)
        return;
    name_tracks(experiment.chip);
    for (std::size_t s = 0; s < mapped.mapping.pipeline.stages.size(); ++s)
        if (const LayerId layer = mapped.mapping.pipeline.layer[s]; layer.valid())
            trace_->layer(layer, mapped.mapping.pipeline.stages[mapping::StageId(s)].name);
}

/// The paths of the modules.
void Recorder::name_tracks(const ChipConfig& config)
{
    for (std::size_t t = 0; t < chip_.tiles(); ++t) {
        TileTracks tile;
        tile.path = chip_.tile(TileId(t)).name();
        const auto part = [&](const char* name) { return trace_->track(fmt::format("{}.{}", tile.path, name)); };
        const tile::Units& units = chip_.tile(TileId(t)).engine().units();
        if (units.memory)
            tile.memory = part("global_buffer");
        if (units.buffer)
            tile.buffer = part("input_buffer");
        if (units.accumulator)
            tile.accumulator = part("accumulator");
        if (units.vector_unit)
            tile.vector_unit = part("vector_unit");
        tile.sends = part("network_interface.sends");
        tile.receives = part("network_interface.receives");
        tiles_.push_back(std::move(tile));
    }
    for (const program::Actor& actor : program_.actors) {
        const std::string& path = tiles_[actor.tile.value()].path;
        const TileConfig& type = config.tiles[program_.type_of(actor.tile).value()];
        ActorTracks tracks;
        tracks.firings = trace_->track(fmt::format("{}.{}", path, actor.name));
        for (std::size_t copy = 0; copy < static_cast<std::size_t>(actor.copies); ++copy) {
            tracks.macros.emplace_back();
            tracks.buses.emplace_back();
            for (std::size_t m = 0; m < actor.work.macros.size(); ++m) {
                const auto [core, macro] = place_of_macro(type, actor, copy, m);
                tracks.macros.back().push_back(trace_->track(fmt::format("{}.core_{}.macro_{}", path, core, macro)));
                const trace::TrackId bus = trace_->track(fmt::format("{}.core_{}.bus", path, core));
                if (tracks.buses.back().empty() || tracks.buses.back().back() != bus)
                    tracks.buses.back().push_back(bus);
            }
        }
        actors_.push_back(std::move(tracks));
    }
}

void Recorder::spread(Energy energy, Cycle start, Cycle end)
{
    recorded_ += energy;
    const auto last = static_cast<std::size_t>(std::max(start, end - 1) / bin_cycles_);
    if (bins_.size() <= last)
        bins_.resize(last + 1);
    const Cycle length = end - start;
    const auto first = static_cast<std::size_t>(start / bin_cycles_);
    if (first == last || length <= 0) {
        bins_[last] += energy;
        return;
    }
    Energy left = energy;
    for (std::size_t bin = first; bin < last; ++bin) {
        const Cycle covered = std::min<Cycle>(end, (static_cast<Cycle>(bin) + 1) * bin_cycles_) -
                              std::max<Cycle>(start, static_cast<Cycle>(bin) * bin_cycles_);
        const Energy part = Energy::from_quanta(energy.quanta() * covered / length);
        bins_[bin] += part;
        left = left - part;
    }
    bins_[last] += left; // what integer division left over: the sum stays exact
}

void Recorder::book(const EventCount& event, LayerId layer, Cycle start, Cycle end)
{
    const EventType& type = ledger_.type(event.event);
    const Energy energy = Ledger::energy(type, event.count);
    spread(energy, start, end);
    if (trace_)
        show(event, layer, start, end);
}

void Recorder::show(const EventCount& event, LayerId layer, Cycle start, Cycle end)
{
    const EventType& type = ledger_.type(event.event);
    trace::Booking booking;
    booking.component = type.component;
    booking.category = type.category;
    booking.event = trace_->name(type.name);
    booking.layer = layer;
    booking.start = start * clock_.period();
    booking.end = end * clock_.period();
    booking.count = event.count;
    booking.energy = Ledger::energy(type, event.count);
    trace_->booking(booking);
}

void Recorder::fired(const tile::ActorState& actor, std::int64_t inference, const tile::Firing& firing, Cycle admitted,
                     Cycle done)
{
    if (!recording_ || inference > 0)
        return;
    ++events_;
    spread(firing.energy, admitted, done); // as a whole, so that a trace does not change how bins round
    if (!trace_)
        return;
    for (const auto* events : {&firing.events, &firing.macro_events})
        for (const EventCount& event : *events)
            show(event, actor.actor->layer, admitted, done);
    show_span(actors_[actor.id.value()].firings, *actor.actor, admitted, done);
}

void Recorder::show_span(trace::TrackId track, const program::Actor& actor, Cycle start, Cycle end)
{
    trace::Span span;
    span.track = track;
    span.name = trace_->name(actor.name);
    span.layer = actor.layer;
    span.start = start * clock_.period();
    span.end = end * clock_.period();
    trace_->span(span);
}

void Recorder::served(const tile::ActorState& actor, std::size_t copy, tile::Resource resource, Cycle start, Cycle end)
{
    if (!recording_ || !trace_)
        return;
    const TileTracks& tile = tile_of(actor.id);
    const ActorTracks& own = actors_[actor.id.value()];
    const auto show = [&](trace::TrackId track) { show_span(track, *actor.actor, start, end); };
    switch (resource) {
    case tile::Resource::buffer:
        return show(tile.buffer);
    case tile::Resource::accumulator:
        return show(tile.accumulator);
    case tile::Resource::vector_unit:
        return show(tile.vector_unit);
    case tile::Resource::memory:
        return show(tile.memory);
    case tile::Resource::macros:
        std::ranges::for_each(own.macros[copy], show);
        return;
    case tile::Resource::core_bus:
        std::ranges::for_each(own.buses[copy], show);
        return;
    }
}

void Recorder::kept(program::FlowId id, std::int64_t token, Cycle visible)
{
    const program::Flow& flow = program_.flows[id];
    const program::Actor& to = program_.actors[flow.to];
    if (!recording_ || token >= flow.region.tokens() || to.tile == program_.memory_tile ||
        flow.message_class == MessageClass::partial_sum)
        return;
    for (const EventCount& event : services_.received_token(to.tile, flow.bits))
        book(event, to.layer, visible - 1, visible);
}

void Recorder::delivered(const Delivery& delivery, const Route& route, program::FlowId id, std::int64_t tokens)
{
    if (!recording_)
        return;
    ++events_;
    const program::Flow& flow = program_.flows[id];
    const program::Actor& from = program_.actors[flow.from];
    const program::Actor& to = program_.actors[flow.to];
    const auto flits = static_cast<std::int64_t>(delivery.packet.flits);
    const bool credit = tokens == 0;
    const LayerId layer = credit ? to.layer : from.layer;
    const Cycle end = delivery.tail_arrived + 1;
    if (route.routers > 0)
        book({services_.flit_router(), flits * route.routers}, layer, delivery.head_injected, end);
    if (route.links > 0)
        book({services_.flit_link(), flits * route.links}, layer, delivery.head_injected, end);
    if (!credit && to.tile != program_.memory_tile)
        for (EventCount event : services_.received_token(to.tile, flow.bits)) {
            event.count *= tokens;
            book(event, to.layer, delivery.head_arrived, end);
        }
    if (!trace_)
        return;
    trace::Packet packet;
    packet.sequence = route.sequence;
    packet.group = route.group;
    packet.created = delivery.created;
    packet.source = delivery.packet.source;
    packet.destination = delivery.packet.destination;
    packet.flits = delivery.packet.flits;
    packet.message_class = static_cast<std::uint32_t>(delivery.packet.message_class);
    packet.head_injected = delivery.head_injected;
    packet.head_arrived = delivery.head_arrived;
    packet.tail_arrived = delivery.tail_arrived;
    trace_->packet(packet);
    if (credit)
        return;
    trace::Transfer transfer;
    transfer.name = trace_->name(from.name);
    transfer.layer = from.layer;
    transfer.from = tile_of(flow.from).sends;
    transfer.sent_start = delivery.created * clock_.period();
    transfer.sent_end = (delivery.head_injected + flits) * clock_.period();
    transfer.to = tile_of(flow.to).receives;
    transfer.received_start = delivery.head_arrived * clock_.period();
    transfer.received_end = end * clock_.period();
    trace_->transfer(transfer);
}

double Recorder::peak_power_w() const
{
    Energy most;
    for (const Energy e : bins_)
        most = std::max(most, e);
    return most.joules() / clock_.seconds(bin_cycles_);
}

} // namespace imc::run
