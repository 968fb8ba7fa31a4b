#include "tests/macro/timer_pair.h"

#include <fmt/format.h>
#include <systemc>

namespace imc::test
{

namespace
{

MacroTimer::Notify recorder(Moments& m)
{
    return [&m](MacroMoment moment, Cycle cycle) {
        Cycle& slot = moment == MacroMoment::started       ? m.started
                      : moment == MacroMoment::inputs_free ? m.inputs_free
                                                           : m.result;
        slot = slot == -1 ? cycle : -2; // -2: told twice
    };
}

} // namespace

Behaviour by_schedule(const MacroConfig& config, const MacroCosts& costs, const Clock& clock,
                      const std::vector<Request>& requests)
{
    const auto macro = make_macro(config, costs);
    const auto timer = make_schedule_timer(*macro, clock);
    Behaviour b;
    b.operations.resize(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i)
        timer->request(requests[i].operation, requests[i].ready, recorder(b.operations[i]));
    b.events = timer->counts();
    return b;
}

Circuits::Circuits() { sc_core::sc_set_time_resolution(1, sc_core::SC_FS); }

std::size_t Circuits::add(const MacroConfig& config, const MacroCosts& costs, const Clock& clock,
                          const std::vector<Request>& requests)
{
    auto entry = std::make_unique<Entry>();
    entry->requests = requests;
    entry->moments.resize(requests.size());
    entry->timer = make_circuit_timer(fmt::format("macro{}", entries_.size()).c_str(), config, costs, clock);
    for (std::size_t i = 0; i < requests.size(); ++i)
        entry->timer->request(requests[i].operation, requests[i].ready, recorder(entry->moments[i]));
    entries_.push_back(std::move(entry));
    return entries_.size() - 1;
}

void Circuits::run() { sc_core::sc_start(); }

Behaviour Circuits::behaviour(std::size_t index) const
{
    return {entries_[index]->moments, entries_[index]->timer->counts()};
}

std::string difference(const Behaviour& a, const Behaviour& b)
{
    for (std::size_t i = 0; i < a.operations.size(); ++i)
        if (!(a.operations[i] == b.operations[i]))
            return fmt::format("operation {}: started {} / {}, inputs free {} / {}, result {} / {}", i,
                               a.operations[i].started, b.operations[i].started, a.operations[i].inputs_free,
                               b.operations[i].inputs_free, a.operations[i].result, b.operations[i].result);
    if (a.events.size() != b.events.size())
        return fmt::format("{} / {} kinds of event", a.events.size(), b.events.size());
    for (std::size_t i = 0; i < a.events.size(); ++i) {
        const MacroEvent& x = a.events[i];
        const MacroEvent& y = b.events[i];
        if (x.event.name != y.event.name || x.event.component != y.event.component)
            return fmt::format("event {} / {}", x.event.name, y.event.name);
        if (x.count != y.count)
            return fmt::format("{} {}: {} / {}", name_of(x.event.component), x.event.name, x.count, y.count);
        if (x.event.unit * x.count != y.event.unit * y.count)
            return fmt::format("{} {}: energies differ", name_of(x.event.component), x.event.name);
    }
    return "";
}

} // namespace imc::test
