#include "arch/chip/tile.h"

namespace imc
{

namespace
{

sc_core::sc_time time_of(Cycle cycle, const Clock& clock)
{
    return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(cycle * clock.period()));
}

} // namespace

Tile::Tile(const sc_core::sc_module_name& name, const Clock& clock, const program::Program& program,
           const tile::FlowDirectory& directory, TileId id, tile::ServiceTable& services, tile::Rules rules,
           tile::Surroundings& surroundings)
    : sc_module(name), clock_(clock), engine_(program, directory, id, services, rules, surroundings)
{
    SC_HAS_PROCESS(Tile);
    SC_METHOD(run);
    sensitive << wake_;
}

void Tile::run()
{
    const Cycle now = static_cast<Cycle>(sc_core::sc_time_stamp().value()) / clock_.period();
    const Cycle next = engine_.eval(now);
    if (next != never)
        wake_at(next);
}

void Tile::wake_at(Cycle cycle)
{
    // An event keeps the earliest of the times it was notified for; the engine asks again for the others.
    wake_.notify(time_of(cycle, clock_) - sc_core::sc_time_stamp());
}

void Tile::receive_token(program::FlowId flow, std::int64_t token, Cycle visible)
{
    engine_.receive_token(flow, token, visible);
    wake_at(visible);
}

void Tile::receive_credit(program::FlowId flow, std::int64_t granules, Cycle visible)
{
    engine_.receive_credit(flow, granules, visible);
    wake_at(visible);
}

void Tile::macro_moment(ActorId actor, std::int64_t sequence, MacroMoment moment, Cycle cycle)
{
    engine_.macro_moment(actor, sequence, moment, cycle);
    wake_at(cycle);
}

void Tile::permit(std::int64_t inferences, Cycle visible)
{
    engine_.permit(inferences, visible);
    wake_at(visible);
}

} // namespace imc
