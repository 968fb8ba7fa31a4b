#include "arch/tile/service.h"

#include <algorithm>

#include "arch/tile/tile_services.h"

namespace imc::tile
{

namespace
{

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

} // namespace

void add(std::vector<EventCount>& to, const std::vector<EventCount>& events, std::int64_t times)
{
    for (const EventCount& event : events) {
        const auto same =
            std::find_if(to.begin(), to.end(), [&](const EventCount& e) { return e.event == event.event; });
        if (same == to.end())
            to.push_back({event.event, event.count * times});
        else
            same->count += event.count * times;
    }
}

const MacroOperation& MacroTrace::at(std::int64_t firing) const
{
    return *std::upper_bound(runs.begin(), runs.end(), firing, [](std::int64_t f, const Run& r) {
                return f < r.end;
            })->operation;
}

const MacroSchedule& MacroGroup::at(std::int64_t firing) const
{
    return trace.runs.empty() ? schedule : trace.at(firing).schedule;
}

Cycle MacroGroup::least_time(std::int64_t firings, int copies) const
{
    if (trace.runs.empty())
        return (ceil_div(firings, copies) - 1) * schedule.interval + schedule.latency;
    Cycle most = 0;
    for (std::int64_t copy = 0; copy < std::min<std::int64_t>(copies, firings); ++copy) {
        Cycle start = 0;
        for (std::int64_t f = copy; f < firings; f += copies) {
            start += f == copy ? 0 : at(f - copies).before(at(f));
            most = std::max(most, start + at(f).latency);
        }
    }
    return most;
}

Firing Service::firing(bool at_row_start, std::int64_t index) const
{
    Firing all = at_row_start ? first : next;
    for (const MacroTrace& trace : traces) {
        add(all.macro_events, trace.at(index).events, 1);
        all.energy += trace.at(index).energy;
    }
    return all;
}

Cycle Service::pace(bool at_row_start, std::int64_t index) const
{
    Cycle most = 0;
    for (const MacroGroup& group : macros)
        most = std::max(most, group.at(index).interval);
    for (const Step& step : at_row_start ? first.steps : next.steps)
        most = std::max(most, step.service);
    return most;
}

std::vector<EventCount> Service::traced_events() const
{
    std::vector<EventCount> events;
    for (const MacroTrace& trace : traces) {
        std::int64_t begin = 0;
        for (const MacroTrace::Run& run : trace.runs) {
            add(events, run.operation->events, run.end - begin);
            begin = run.end;
        }
    }
    return events;
}

ServiceTable::ServiceTable(const ChipConfig& chip, const program::Program& program, Ledger& ledger) : program_(program)
{
    for (std::size_t type = 0; type < chip.tiles.size(); ++type)
        types_.push_back(std::make_unique<TileServices>(chip, TileTypeId(type), ledger));
}

ServiceTable::~ServiceTable() = default;

TileServices& ServiceTable::of(TileId tile) const { return *types_.at(program_.type_of(tile).value()); }

Service ServiceTable::service(const program::Actor& actor) { return of(actor.tile).service(actor); }

std::vector<EventCount> ServiceTable::received_token(TileId tile, std::int64_t bits) const
{
    return of(tile).received_token(bits);
}

const GatingCycles& ServiceTable::macro_gating(TileId tile) const { return of(tile).macro_gating(); }
const GatingCycles& ServiceTable::tile_gating(TileId tile) const { return of(tile).tile_gating(); }
EventId ServiceTable::macro_wake(TileId tile) const { return of(tile).macro_wake(); }
EventId ServiceTable::tile_wake(TileId tile) const { return of(tile).tile_wake(); }
EventId ServiceTable::flit_router() const { return types_.front()->flit_router(); }
EventId ServiceTable::flit_link() const { return types_.front()->flit_link(); }

} // namespace imc::tile
