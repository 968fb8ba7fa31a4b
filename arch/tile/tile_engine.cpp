#include "arch/tile/tile_engine.h"

#include <algorithm>
#include <tuple>

namespace imc::tile
{

bool TileEngine::Event::operator<(const Event& other) const
{
    return std::tie(time, kind, index, value) > std::tie(other.time, other.kind, other.index, other.value);
}

void TileEngine::push(Event event)
{
    events_.push_back(event);
    std::push_heap(events_.begin(), events_.end());
}

void TileEngine::receive_token(program::FlowId flow, std::int64_t token, Cycle visible)
{
    push({visible, Kind::token, directory_.incoming[flow.value()], token});
}

void TileEngine::receive_credit(program::FlowId flow, std::int64_t granules, Cycle visible)
{
    push({visible, Kind::credit, directory_.outgoing[flow.value()], granules});
}

void TileEngine::permit(std::int64_t inferences, Cycle visible)
{
    for (std::uint32_t a = 0; a < actors_.size(); ++a)
        if (actors_[a].actor->kind == program::ActorKind::source) {
            actors_[a].allowed = inferences;
            push({visible, Kind::retry, a, 0});
        }
}

void TileEngine::touch(std::uint32_t actor)
{
    if (!is_touched_[actor]) {
        is_touched_[actor] = 1;
        touched_.push_back(actor);
    }
}

Cycle TileEngine::eval(Cycle now)
{
    now_ = now;
    for (;;) {
        while (!events_.empty() && events_.front().time <= now) {
            std::pop_heap(events_.begin(), events_.end());
            const Event event = events_.back();
            events_.pop_back();
            handle(event, now);
        }
        send_trees(now);
        if (touched_.empty())
            break;
        std::sort(touched_.begin(), touched_.end());
        std::vector<std::uint32_t> actors;
        actors.swap(touched_);
        for (const std::uint32_t a : actors) {
            is_touched_[a] = 0;
            try_fire(a, now);
        }
    }
    return events_.empty() ? never : events_.front().time;
}

void TileEngine::handle(const Event& event, Cycle now)
{
    switch (event.kind) {
    case Kind::token: {
        Receiver& receiver = incoming_[event.index];
        receiver.stream.arrive(event.value);
        const ActorState& actor = actors_[receiver.actor];
        if (actor.waiting != Waiting::inputs || actor.waiting_flow == event.index)
            touch(receiver.actor);
        break;
    }
    case Kind::credit:
        outgoing_[event.index].stream.grant(event.value);
        if (rules_.trees)
            send_later(outgoing_[event.index].actor);
        else if (try_send(event.index, now))
            touch(outgoing_[event.index].actor);
        break;
    case Kind::step: {
        ActorState& actor = actors_[event.index];
        enter_steps(event.index, static_cast<std::size_t>(event.value - actor.produced), event.time, now);
        touch(event.index);
        break;
    }
    case Kind::macro_ready: {
        ActorState& actor = actors_[event.index];
        InFlight& flight = actor.in_flight[static_cast<std::size_t>(event.value - actor.produced)];
        if (++flight.macros_ready == actor.actor->work.macros.size())
            free_register(event.index, actor.copy_of(event.value), event.time + 1);
        break;
    }
    case Kind::macro_done: {
        ActorState& actor = actors_[event.index];
        const auto position = static_cast<std::size_t>(event.value - actor.produced);
        if (++actor.in_flight[position].macros_done == actor.actor->work.macros.size()) {
            surroundings_.served(actor, actor.copy_of(event.value), Resource::macros, actor.in_flight[position].driven,
                                 event.time);
            ++actor.in_flight[position].step;
            enter_steps(event.index, position, event.time, now);
        }
        break;
    }
    case Kind::produce: {
        // Copies that take turns may end out of turn where data set their time: tokens leave in order.
        ActorState& actor = actors_[event.index];
        actor.in_flight[static_cast<std::size_t>(event.value - actor.produced)].finished = true;
        while (!actor.in_flight.empty() && actor.in_flight.front().finished)
            produce(event.index, now);
        touch(event.index);
        break;
    }
    case Kind::release: {
        Receiver& receiver = incoming_[event.index];
        if (receiver.local)
            push({now + 1, Kind::credit, directory_.outgoing[receiver.flow.value()], event.value});
        else
            surroundings_.send_credit(now + 1, receiver.flow, event.value);
        break;
    }
    case Kind::retry:
        touch(event.index);
        break;
    }
}

void TileEngine::wait(ActorState& actor, Waiting reason, Cycle now)
{
    if (actor.waiting == reason)
        return;
    if (actor.waiting == Waiting::output && actor.statistics.start >= 0 && actor.firing.inference() == 0)
        actor.statistics.stalled += now - actor.waiting_since;
    actor.waiting = reason;
    actor.waiting_since = now;
}

void TileEngine::try_fire(std::uint32_t index, Cycle now)
{
    ActorState& actor = actors_[index];
    while (!actor.awaiting_step) {
        if (actor.admit_at > now || actor.register_free[actor.copy_of(actor.firing.sequence())] > now)
            return; // a retry is due then
        if (actor.firing.inference() >= actor.allowed)
            return wait(actor, Waiting::permission, now);
        if (!inputs_ready(actor))
            return wait(actor, Waiting::inputs, now);
        if (!output_free(actor))
            return wait(actor, Waiting::output, now);
        wait(actor, Waiting::nothing, now);
        admit(index, now);
    }
}

bool TileEngine::inputs_ready(ActorState& actor)
{
    const std::int64_t inference = actor.firing.inference();
    bool reads = actor.ports.empty();
    for (std::size_t p = 0; p < actor.ports.size(); ++p) {
        const program::Input& input = actor.actor->inputs[p];
        const int row = input.rows.last(actor.firing.row()), column = input.columns.last(actor.firing.column());
        for (const std::uint32_t f : actor.ports[p]) {
            const program::Incoming& stream = incoming_[f].stream;
            const std::int64_t needed = stream.needed(inference, row, column);
            if (stream.arrived() < needed) {
                actor.waiting_flow = f;
                return false;
            }
            reads = reads || needed > stream.before(inference);
        }
    }
    // What sees padding only waits for the first token all the same: it must not run ahead of inferences that have not
    // begun.
    if (reads || incoming_[actor.earliest].stream.arrived() > incoming_[actor.earliest].stream.before(inference))
        return true;
    actor.waiting_flow = actor.earliest;
    return false;
}

bool TileEngine::output_free(const ActorState& actor) const
{
    if (rules_.infinite_buffers)
        return true;
    std::int64_t freed = actor.produced;
    for (const std::uint32_t f : actor.outgoing)
        freed = std::min(freed, outgoing_[f].stream.next_sequence());
    const std::int64_t held = static_cast<std::int64_t>(actor.in_flight.size()) + actor.produced - freed;
    return held < actor.actor->output_slots;
}

void TileEngine::admit(std::uint32_t index, Cycle now)
{
    ActorState& actor = actors_[index];
    const bool first = actor.firing.first_column();
    if (actor.firing.inference() == 0)
        ++(first ? actor.statistics.firings_first : actor.statistics.firings_next);
    if (actor.statistics.start < 0)
        actor.statistics.start = now;
    actor.in_flight.push_back({now, now, 0, first, false, 0, 0});
    if (actor.service.macro_step != Service::none)
        actor.register_free[actor.copy_of(actor.firing.sequence())] = never;
    actor.firing.advance();
    actor.awaiting_step = true;
    enter_steps(index, actor.in_flight.size() - 1, power_up(actor, now), now);
}

/// A firing holds its macros and its tile on from here until produce(). Both wake at the same time.
Cycle TileEngine::power_up(ActorState& actor, Cycle now)
{
    Cycle ready = now;
    const auto enter = [&](PowerDomain& domain, bool macros, std::int64_t& wakes) {
        if (!domain.leaks_evenly() && domain.resting()) {
            const Rest rest = domain.rest(now);
            wakes += rest.woke;
            surroundings_.rested(actor, macros, rest);
        }
        const Cycle woken = domain.enter(now);
        if (!rules_.separate_units || domain.wakes() <= 1)
            ready = std::max(ready, woken);
    };
    enter(power_, false, actor.statistics.tile_wakes);
    if (!actor.actor->work.macros.empty())
        enter(actor.macro_power, true, actor.statistics.macro_wakes);
    return ready;
}

/// The next firing needs the register of the copy whose turn it is, and copies share one path from the buffer.
void TileEngine::free_register(std::uint32_t index, std::size_t copy, Cycle cycle)
{
    ActorState& actor = actors_[index];
    actor.register_free[copy] = cycle;
    if (actor.actor->copies == 1)
        open_admission(index, cycle);
    else
        push({cycle, Kind::retry, index, 0});
}

void TileEngine::open_admission(std::uint32_t index, Cycle cycle)
{
    ActorState& actor = actors_[index];
    actor.awaiting_step = false;
    actor.admit_at = cycle;
    push({cycle, Kind::retry, index, 0});
}

Cycle TileEngine::enter_unit(ActorState& actor, std::size_t index, const Step& step, Cycle ready)
{
    Unit& unit = *units_.of(step.resource);
    if (!rules_.separate_units)
        return unit.enter(ready, step.service);
    OwnUnit& own = actor.own_units[index];
    own.first_asked = std::min(own.first_asked, ready);
    unit.count(step.service);
    // Out of order its own firings may not hold up each other, either: which comes first could change.
    return actor.in_turn() || index < actor.service.macro_step ? own.unit.enter(ready, step.service) : ready;
}

void TileEngine::enter_macros(ActorState& actor, std::int64_t sequence, Cycle& ready, Cycle& input_free)
{
    const Cycle asked = ready;
    Cycle driven = never;
    const std::int64_t index = actor.index_of(sequence);
    for (std::size_t g = 0; g < actor.service.macros.size(); ++g) {
        const MacroSchedule& schedule = actor.service.macros[g].at(index);
        ActorState::Started& last = actor.macros_last[actor.copy_of(sequence) * actor.service.macros.size() + g];
        const Cycle start = last.schedule ? std::max(asked, last.start + last.schedule->before(schedule)) : asked;
        last = {start, &schedule};
        ready = std::max(ready, start + schedule.latency);
        input_free = std::max(input_free, actor.service.double_buffered ? start : start + schedule.inputs_free);
        driven = std::min(driven, start);
    }
    surroundings_.served(actor, actor.copy_of(sequence), Resource::macros, driven, ready);
}

void TileEngine::enter_steps(std::uint32_t index, std::size_t position, Cycle ready, Cycle now)
{
    ActorState& actor = actors_[index];
    InFlight& flight = actor.in_flight[position];
    const std::int64_t sequence = actor.produced + static_cast<std::int64_t>(position);
    const std::size_t copy = actor.copy_of(sequence);
    const Firing& firing = flight.first ? actor.service.first : actor.service.next;
    for (; flight.step < firing.steps.size(); ++flight.step) {
        const Step& step = firing.steps[flight.step];
        const bool macros = step.resource == Resource::macros;
        if (ready > now && (!actor.exclusive[flight.step] || (macros && rules_.circuit))) {
            // Whoever else asks for the resource before then is served first.
            push({ready, Kind::step, index, sequence});
            return;
        }
        Cycle start = ready;
        if (macros) {
            if (flight.step == 0) {
                release(actor, ready + 1);
                if (actor.actor->copies > 1)
                    open_admission(index, ready + 1);
            }
            if (rules_.circuit)
                return surroundings_.request_macros(actor, sequence, ready);
            Cycle input_free = ready;
            enter_macros(actor, sequence, ready, input_free);
            // What frees the register is seen by the fetch in the next cycle.
            free_register(index, copy, input_free + 1);
            continue;
        }
        start = step.resource == Resource::core_bus ? actor.bus[copy].enter(ready, step.service)
                                                    : enter_unit(actor, flight.step, step, ready);
        surroundings_.served(actor, copy, step.resource, start, start + step.service);
        ready = start + step.latency;
        if (flight.step == 0) {
            release(actor, start + step.service);
            if (actor.service.macro_step == Service::none || actor.actor->copies > 1)
                open_admission(index, start + step.service);
        }
    }
    flight.done = ready;
    push({ready, Kind::produce, index, sequence});
}

void TileEngine::macro_moment(ActorId id, std::int64_t sequence, MacroMoment moment, Cycle cycle)
{
    const auto it = std::find_if(actors_.begin(), actors_.end(), [&](const ActorState& a) { return a.id == id; });
    const auto index = static_cast<std::uint32_t>(it - actors_.begin());
    const MacroMoment frees = it->service.double_buffered ? MacroMoment::started : MacroMoment::inputs_free;
    if (moment == frees)
        push({cycle, Kind::macro_ready, index, sequence});
    if (moment == MacroMoment::started) {
        Cycle& driven = it->in_flight[static_cast<std::size_t>(sequence - it->produced)].driven;
        driven = std::min(driven, cycle);
    }
    if (moment == MacroMoment::result)
        push({cycle, Kind::macro_done, index, sequence});
}

void TileEngine::release(ActorState& actor, Cycle time)
{
    for (std::size_t p = 0; p < actor.ports.size(); ++p)
        for (const std::uint32_t f : actor.ports[p]) {
            Receiver& receiver = incoming_[f];
            if (rules_.infinite_buffers)
                continue;
            const std::int64_t granules = receiver.stream.freed_by(actor.releasing, actor.actor->inputs[p]);
            if (receiver.stream.release(granules))
                push({time, Kind::release, f, granules});
        }
    actor.releasing.advance();
}

void TileEngine::produce(std::uint32_t index, Cycle now)
{
    ActorState& actor = actors_[index];
    const InFlight flight = actor.in_flight.front();
    actor.in_flight.pop_front();
    const std::int64_t sequence = actor.produced++;
    const std::int64_t inference = sequence / actor.actor->share.tokens();
    power_.leave(now);
    if (!actor.actor->work.macros.empty())
        actor.macro_power.leave(now);
    if (inference == 0)
        actor.statistics.end = now;
    if (actor.service.traces.empty())
        surroundings_.fired(actor, inference, flight.first ? actor.service.first : actor.service.next, flight.admitted,
                            flight.done);
    else
        surroundings_.fired(actor, inference, actor.service.firing(flight.first, actor.index_of(sequence)),
                            flight.admitted, flight.done);
    if (rules_.trees)
        return send_later(index);
    for (const std::uint32_t f : actor.outgoing)
        try_send(f, now);
}

program::FlowId TileEngine::blocking_flow(const ActorState& actor) const
{
    if (actor.waiting == Waiting::inputs)
        return incoming_[actor.waiting_flow].flow;
    if (actor.waiting == Waiting::output && !actor.outgoing.empty()) {
        // Slots are freed in order: what counts is who has to take the oldest token.
        const auto behind = [&](std::uint32_t a, std::uint32_t b) {
            return outgoing_[a].stream.next_sequence() < outgoing_[b].stream.next_sequence();
        };
        return outgoing_[*std::min_element(actor.outgoing.begin(), actor.outgoing.end(), behind)].flow;
    }
    return program::FlowId();
}

} // namespace imc::tile
