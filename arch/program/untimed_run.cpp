#include "arch/program/untimed_run.h"

#include <algorithm>
#include <limits>

namespace imc::program
{

namespace
{

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

} // namespace

UntimedRun::UntimedRun(const Program& program) : program_(program)
{
    states_.reserve(program.actors.size());
    for (std::size_t a = 0; a < program.actors.size(); ++a) {
        const Actor& actor = program.actors[ActorId(a)];
        states_.push_back({Cursor(actor.share),
                           actor.share.tokens(),
                           std::vector<std::vector<std::size_t>>(actor.inputs.size()),
                           {},
                           none});
    }
    outgoing_.reserve(program.flows.size());
    incoming_.reserve(program.flows.size());
    for (std::size_t f = 0; f < program.flows.size(); ++f) {
        const Flow& flow = program.flows[FlowId(f)];
        outgoing_.emplace_back(flow, program.actors[flow.from].share, false);
        incoming_.emplace_back(flow, program.actors[flow.to].inputs[flow.port]);
        states_[flow.from.value()].outgoing.push_back(f);
        states_[flow.to.value()].ports[flow.port].push_back(f);
    }
}

bool UntimedRun::completes()
{
    for (std::size_t a = 0; a < states_.size(); ++a)
        wake(a);
    while (!queue_.empty()) {
        const std::size_t actor = queue_.back();
        queue_.pop_back();
        states_[actor].waiting = false;
        fire_all(actor);
    }
    return std::all_of(states_.begin(), states_.end(), [](const State& s) { return s.firing.sequence() == s.tokens; });
}

void UntimedRun::wake(std::size_t actor)
{
    if (!states_[actor].waiting) {
        states_[actor].waiting = true;
        queue_.push_back(actor);
    }
}

void UntimedRun::fire_all(std::size_t actor)
{
    State& state = states_[actor];
    const Actor& description = program_.actors[ActorId(actor)];
    while (state.firing.sequence() < state.tokens && inputs_there(state) && has_room(state, description.output_slots)) {
        for (std::size_t p = 0; p < state.ports.size(); ++p)
            for (const std::size_t f : state.ports[p]) {
                const std::int64_t freed = incoming_[f].freed_by(state.firing, description.inputs[p]);
                if (incoming_[f].release(freed)) {
                    outgoing_[f].grant(freed);
                    send(f);
                    wake(program_.flows[FlowId(f)].from.value());
                }
            }
        state.firing.advance();
        for (const std::size_t f : state.outgoing)
            send(f);
    }
}

bool UntimedRun::inputs_there(State& state)
{
    const Actor& actor = program_.actors[ActorId(static_cast<std::size_t>(&state - states_.data()))];
    for (std::size_t p = 0; p < state.ports.size(); ++p) {
        const int row = actor.inputs[p].rows.last(state.firing.row());
        const int column = actor.inputs[p].columns.last(state.firing.column());
        for (const std::size_t f : state.ports[p])
            if (outgoing_[f].next_token() < incoming_[f].needed(0, row, column)) {
                state.lacks = f;
                return false;
            }
    }
    state.lacks = none;
    return true;
}

bool UntimedRun::has_room(const State& state, int slots) const
{
    std::int64_t freed = state.firing.sequence();
    for (const std::size_t f : state.outgoing)
        freed = std::min(freed, outgoing_[f].next_sequence());
    return state.firing.sequence() - freed < slots;
}

/// What has left is there at once.
void UntimedRun::send(std::size_t flow)
{
    const std::size_t from = program_.flows[FlowId(flow)].from.value();
    const std::size_t to = program_.flows[FlowId(flow)].to.value();
    Outgoing& stream = outgoing_[flow];
    while (stream.last_sequence() < states_[from].firing.sequence() && stream.credited()) {
        stream.advance();
        if (states_[to].lacks == none || states_[to].lacks == flow)
            wake(to);
    }
}

bool completes(const Program& program) { return UntimedRun(program).completes(); }

} // namespace imc::program
