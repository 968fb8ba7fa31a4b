#pragma once

#include <functional>
#include <map>

#include <systemc>

#include "sim/base/time.h"

namespace imc::circuit
{

/// A block that is busy for a while and then says so. One method process, one event; nothing happens while idle.
/// `done` is wired by the parent.
class Block : public sc_core::sc_module
{
public:
    std::function<void()> done;

    explicit Block(const sc_core::sc_module_name& name);

protected:
    /// step() is called after this time; zero means the next delta cycle.
    void wake_after(Femtoseconds duration);
    virtual void step() = 0;

private:
    sc_core::sc_event timer_;
};

/// Actions at later times, on one event. The sequencer of a macro works on edges of the clock of tiles and network.
class Agenda : public Block
{
public:
    using Action = std::function<void()>;

    Agenda(const sc_core::sc_module_name& name, Clock clock) : Block(name), clock_(clock) {}

    void at_cycle(Cycle cycle, Action action);
    void at_next_edge(Action action); ///< now, in the next delta cycle, if the time is on an edge
    void after(Femtoseconds duration, Action action);
    /// The edge at or after the present time, counted from time zero.
    Cycle edge() const;
    Cycle cycles(Femtoseconds duration) const { return clock_.cycles(duration); }

protected:
    void step() override;

private:
    void add(Femtoseconds time, Action action);

    Clock clock_;
    std::multimap<Femtoseconds, Action> actions_;
};

/// Throws std::logic_error if the kernel's resolution is not 1 fs.
void require_femtoseconds();

} // namespace imc::circuit
