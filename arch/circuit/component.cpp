#include "arch/circuit/component.h"

#include <stdexcept>

namespace imc::circuit
{

namespace
{

sc_core::sc_time time_of(Femtoseconds duration)
{
    return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(duration));
}

Femtoseconds now() { return static_cast<Femtoseconds>(sc_core::sc_time_stamp().value()); }

} // namespace

Block::Block(const sc_core::sc_module_name& name) : sc_module(name)
{
    SC_HAS_PROCESS(Block);
    SC_METHOD(step);
    sensitive << timer_;
    dont_initialize();
}

void Block::wake_after(Femtoseconds duration) { timer_.notify(time_of(duration)); }

void Agenda::at_cycle(Cycle cycle, Action action) { add(cycle * clock_.period(), std::move(action)); }

void Agenda::at_next_edge(Action action) { add(edge() * clock_.period(), std::move(action)); }

void Agenda::after(Femtoseconds duration, Action action) { add(now() + duration, std::move(action)); }

Cycle Agenda::edge() const { return clock_.cycles(now()); }

void Agenda::add(Femtoseconds time, Action action)
{
    actions_.emplace(time, std::move(action));
    // An event keeps the earlier of two pending notifications.
    wake_after(actions_.begin()->first - now());
}

void Agenda::step()
{
    while (!actions_.empty() && actions_.begin()->first <= now()) {
        const Action action = std::move(actions_.begin()->second);
        actions_.erase(actions_.begin());
        action();
    }
    if (!actions_.empty())
        wake_after(actions_.begin()->first - now());
}

void require_femtoseconds()
{
    if (sc_core::sc_time(1, sc_core::SC_FS).value() != 1)
        throw std::logic_error("circuit: the kernel's time resolution must be set to 1 fs");
}

} // namespace imc::circuit
