#include "arch/chip/tile.h"

#include <algorithm>

#include <fmt/format.h>

namespace imc
{

namespace
{

sc_core::sc_time time_of(Cycle cycle, const Clock& clock)
{
    return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(cycle * clock.period()));
}

/// The memory node does not, unless layers at the network's input are computed there.
bool computes(const program::Program& program, TileId id)
{
    using Kind = program::ActorKind;
    return id != program.memory_tile ||
           std::any_of(program.actors.begin(), program.actors.end(), [&](const program::Actor& a) {
               return a.tile == id && a.kind != Kind::source && a.kind != Kind::sink && a.kind != Kind::spill;
           });
}

} // namespace

std::pair<int, int> place_of_macro(const TileConfig& tile, const program::Actor& actor, std::size_t copy,
                                   std::size_t use)
{
    const program::MacroUse& first = actor.work.macros[use];
    const int per_core = tile.core.macros;
    const int slot =
        first.core * per_core + first.macro + static_cast<int>(copy) * static_cast<int>(actor.work.macros.size());
    return {slot / per_core, slot % per_core};
}

Core::Core(const sc_core::sc_module_name& name, const std::vector<int>& macros, const MacroConfig& config,
           const MacroCosts& costs, const Clock& clock)
    : sc_module(name)
{
    for (const int m : macros)
        macros_[m] = make_value_circuit(fmt::format("macro_{}", m).c_str(), config, costs, clock);
}

Tile::Tile(const sc_core::sc_module_name& name, NetworkInterface::Shared& network, const tile::FlowDirectory& directory,
           TileId id, tile::ServiceTable& services, tile::Rules rules, tile::Surroundings& surroundings)
    : sc_module(name), config_(network.config), program_(network.program), id_(id), clock_(config_.clock()),
      parts_(computes(program_, id) ? std::make_unique<Parts>() : nullptr),
      memory_(id == program_.memory_tile ? std::make_unique<MemoryParts>() : nullptr),
      network_interface_("network_interface", network),
      engine_(program_, directory, id, services, rules, units(), surroundings)
{
    SC_HAS_PROCESS(Tile);
    SC_METHOD(run);
    sensitive << wake_;
    if (rules.circuit)
        build_cores();
}

tile::Units Tile::units()
{
    tile::Units units;
    if (parts_) {
        units.buffer = &parts_->input_buffer.port;
        units.accumulator = &parts_->accumulator.lanes;
        units.vector_unit = &parts_->vector_unit.lanes;
    }
    if (memory_) {
        units.memory = &memory_->global_buffer.port;
    }
    return units;
}

void Tile::build_cores()
{
    const TileConfig& config = type();
    std::map<int, std::vector<int>> macros; // in use, of each core
    for (const tile::ActorState& state : engine_.actors())
        for (int copy = 0; copy < state.actor->copies; ++copy)
            for (std::size_t m = 0; m < state.actor->work.macros.size(); ++m) {
                const auto [core, number] = place_of_macro(config, *state.actor, static_cast<std::size_t>(copy), m);
                macros[core].push_back(number);
            }
    if (macros.empty())
        return;
    const MacroCosts costs = resolve_costs(config.core.macro);
    for (const auto& [core, numbers] : macros)
        cores_[core] =
            std::make_unique<Core>(fmt::format("core_{}", core).c_str(), numbers, config.core.macro, costs, clock_);
}

ValueTimer& Tile::circuit(ActorId actor, std::size_t macro)
{
    const program::Actor& a = program_.actors[actor];
    const std::size_t uses = a.work.macros.size();
    const auto [core, number] = place_of_macro(type(), a, macro / uses, macro % uses);
    return cores_.at(core)->macro(number);
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
    if (parts_)
        ++parts_->input_buffer.tokens;
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

void Tile::count_result(const tile::ActorState& actor)
{
    const program::ActorKind kind = actor.actor->kind;
    if (kind == program::ActorKind::source || kind == program::ActorKind::sink)
        ++memory_->pins.tokens;
    else if (kind != program::ActorKind::spill)
        ++parts_->output_buffer.tokens;
}

} // namespace imc
