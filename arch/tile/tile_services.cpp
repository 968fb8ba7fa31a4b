#include "arch/tile/tile_services.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "arch/macro/macro.h"
#include "arch/program/vector_cycles.h"

namespace imc::tile
{

namespace
{

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

} // namespace

/// Macros are asked once per kind of operation.
struct TileServices::Cache {
    std::unique_ptr<Macro> macro;
    using Key =
        std::tuple<int, int, int, int, bool, std::int64_t, std::int64_t, std::int64_t, std::vector<std::uint16_t>>;
    std::map<Key, MacroOperation> operations;
};

TileServices::TileServices(const ChipConfig& chip, TileTypeId type, Ledger& ledger)
    : chip_(chip), tile_(chip.tiles[type.value()]), type_(type), clock_(chip.clock()), ledger_(ledger),
      cache_(std::make_unique<Cache>())
{
    cache_->macro = make_macro(tile_.core.macro);
    const CoreConfig& core = tile_.core;
    buffer_read_ = declare(Component::buffer, "read", tile_.buffer.read_energy_j, tile_.buffer.cost);
    buffer_write_ = declare(Component::buffer, "write", tile_.buffer.write_energy_j, tile_.buffer.cost);
    bus_bit_ = declare(Component::tile_bus, "bit", tile_.bus.energy_per_bit_j, tile_.bus.cost);
    input_register_bit_ =
        declare(Component::input_register, "bit", core.input_register.energy_per_bit_j, core.input_register.cost);
    core_bus_bit_ = declare(Component::core_bus, "bit", core.bus.energy_per_bit_j, core.bus.cost);
    core_register_bit_ =
        declare(Component::output_register, "bit", core.output_register.energy_per_bit_j, core.output_register.cost);
    output_register_bit_ =
        declare(Component::output_register, "bit", tile_.output_register.energy_per_bit_j, tile_.output_register.cost);
    accumulate_ = declare(Component::accumulator, "add", tile_.accumulator.add_energy_j, tile_.accumulator.cost);
    memory_read_ =
        declare_outside(Component::global_buffer, "read", chip.global_buffer.read_energy_j, chip.global_buffer.cost);
    memory_write_ =
        declare_outside(Component::global_buffer, "write", chip.global_buffer.write_energy_j, chip.global_buffer.cost);
    pin_bit_ = declare_outside(Component::io, "bit", chip.io.energy_per_bit_j, chip.io.cost);
    flit_router_ = declare_outside(Component::noc, "flit_router", chip.noc.flit_router_energy_j, chip.noc.cost);
    flit_link_ = declare_outside(Component::noc, "flit_hop", chip.noc.flit_link_energy_j, chip.noc.cost);
    macro_gating_ = cycles_of(core.macro_gating, clock_);
    tile_gating_ = cycles_of(tile_.gating, clock_);
    macro_wake_ = declare(Component::control, "macro_wake", core.macro_gating.wake_energy_j, tile_.control);
    tile_wake_ = declare(Component::control, "tile_wake", tile_.gating.wake_energy_j, tile_.control);
    const VectorUnitConfig& unit = tile_.vector_unit;
    const double energies[program::vector_function_count] = {
        unit.add_energy_j,        unit.multiply_energy_j, unit.compare_energy_j, unit.lookup_energy_j,
        unit.requantize_energy_j, unit.divide_energy_j,   unit.copy_energy_j};
    for (std::size_t f = 0; f < program::vector_function_count; ++f)
        vector_.push_back(declare(Component::vector_unit, program::name_of(static_cast<program::VectorFunction>(f)),
                                  energies[f], unit.cost));
}

TileServices::~TileServices() = default;

EventId TileServices::declare(Component component, const char* name, double joules, const StaticCost& cost)
{
    return ledger_.declare(
        {component, name, Category::dynamic, Energy::from_joules(joules), "configured", cost.source, type_});
}

/// The same event for all types.
EventId TileServices::declare_outside(Component component, const char* name, double joules, const StaticCost& cost)
{
    return ledger_.declare(
        {component, name, Category::dynamic, Energy::from_joules(joules), "configured", cost.source});
}

void TileServices::add_event(Firing& firing, EventId event, std::int64_t count)
{
    if (count == 0)
        return;
    firing.events.push_back({event, count});
    firing.energy += Ledger::energy(ledger_.type(event), count);
}

Service TileServices::service(const program::Actor& actor)
{
    Service service;
    service.double_buffered = tile_.core.double_buffered_input;
    service.first = firing(actor, actor.work.fetch_bits, service);
    service.next = firing(actor, actor.work.fetch_bits_next, service);
    return service;
}

Firing TileServices::firing(const program::Actor& actor, std::int64_t fetch_bits, Service& service)
{
    const program::Work& work = actor.work;
    Firing firing;
    if (work.memory_bits > 0) {
        add_memory(actor, firing);
        return firing;
    }
    if (fetch_bits > 0) {
        const std::int64_t accesses = ceil_div(fetch_bits, tile_.buffer.port_bits);
        const Cycle cycles = ceil_div(accesses, tile_.buffer.banks);
        firing.steps.push_back(
            {Resource::buffer, cycles, cycles - 1 + std::max<Cycle>(1, clock_.cycles(tile_.buffer.access_s))});
        add_event(firing, buffer_read_, accesses);
        add_event(firing, bus_bit_, fetch_bits);
    }
    if (!work.macros.empty())
        add_macros(work, firing, service);
    if (work.accumulations > 0) {
        const Cycle cycles = ceil_div(work.accumulations, tile_.accumulator.lanes);
        firing.steps.push_back({Resource::accumulator, cycles, cycles});
        add_event(firing, accumulate_, work.accumulations);
    }
    if (!work.vector.empty())
        add_vector(work, firing);
    add_event(firing, output_register_bit_, work.result_bits);
    if (firing.steps.empty()) // a join of streams that computes nothing still takes a cycle to pass on a token
        firing.steps.push_back({Resource::vector_unit, 1, 1});
    return firing;
}

const MacroOperation& TileServices::operation(const MvmOperation& op)
{
    const MvmActivity& a = op.activity; // what is assumed is the same in all operations
    const Cache::Key key{op.rows,      op.columns,  op.arrays,   op.input_bits, op.signed_input,
                         a.row_slices, a.input_sum, a.level_sum, a.longest};
    auto it = cache_->operations.find(key);
    if (it == cache_->operations.end()) {
        MacroOperation entry;
        entry.schedule = cache_->macro->schedule(op, clock_);
        for (MacroEvent& event : cache_->macro->counts(op)) {
            event.event.tile_type = type_;
            entry.events.push_back({ledger_.declare(event.event), event.count});
            entry.energy += Ledger::energy(event.event, event.count);
        }
        it = cache_->operations.emplace(key, std::move(entry)).first;
    }
    return it->second;
}

MacroTrace TileServices::trace(const program::MacroUse& use)
{
    MacroTrace trace;
    std::int64_t end = 0;
    for (const ActivityRun& run : use.trace) {
        MvmOperation op = use.operation;
        op.activity = run.activity;
        trace.runs.push_back({end += run.operations, &operation(op)});
    }
    return trace;
}

void TileServices::add_macros(const program::Work& work, Firing& firing, Service& service)
{
    service.macros.clear();
    service.traces.clear();
    std::int64_t bus_bits = 0, bits_of_core = 0;
    Cycle drain = 1;
    int core = -1;
    const int width = tile_.core.bus.width_bits;
    for (const program::MacroUse& use : work.macros) {
        if (use.trace.empty()) {
            const MacroOperation& entry = operation(use.operation);
            const auto same = [&](const MacroGroup& g) { return g.trace.runs.empty() && g.schedule == entry.schedule; };
            if (std::none_of(service.macros.begin(), service.macros.end(), same))
                service.macros.push_back({entry.schedule, {}});
            add(firing.macro_events, entry.events, 1);
            firing.energy += entry.energy;
        } else {
            service.traces.push_back(trace(use));
            service.macros.push_back({{}, service.traces.back()});
        }
        bits_of_core = use.core == core ? bits_of_core + use.result_bits : use.result_bits;
        core = use.core;
        bus_bits += use.result_bits;
        drain = std::max(drain, ceil_div(bits_of_core, width));
    }
    service.macro_step = firing.steps.size();
    firing.steps.push_back({Resource::macros, 0, 0});
    // Results of the macros of a core share its bus; the cores' buses work side by side.
    firing.steps.push_back({Resource::core_bus, drain, drain});
    add_event(firing, input_register_bit_, work.register_bits);
    add_event(firing, core_bus_bit_, bus_bits);
    add_event(firing, core_register_bit_, bus_bits);
}

void TileServices::add_vector(const program::Work& work, Firing& firing)
{
    const VectorUnitConfig& unit = tile_.vector_unit;
    Cycle cycles = 0;
    for (const program::VectorWork& item : work.vector) {
        cycles += ceil_div(item.operations, unit.lanes) * program::cycles_of(item.function, unit);
        add_event(firing, vector_[static_cast<std::size_t>(item.function)], item.operations);
    }
    firing.steps.push_back({Resource::vector_unit, cycles, cycles - 1 + unit.latency_cycles});
}

void TileServices::add_memory(const program::Actor& actor, Firing& firing)
{
    const GlobalBufferConfig& memory = chip_.global_buffer;
    const std::int64_t bits = actor.work.memory_bits;
    const std::int64_t accesses = ceil_div(bits, memory.port_bits);
    const Cycle access = std::max<Cycle>(1, clock_.cycles(memory.access_s));
    if (actor.kind == program::ActorKind::spill) {
        firing.steps.push_back({Resource::memory, 2 * accesses, 2 * accesses - 1 + access});
        add_event(firing, memory_write_, accesses);
        add_event(firing, memory_read_, accesses);
        return;
    }
    // The pins and the buffer's port pass the same bits; the slower of the two sets the pace.
    const Cycle pins = clock_.cycles(static_cast<double>(bits) / chip_.io.bandwidth_bits_per_s);
    const Cycle service = std::max({accesses, pins, Cycle{1}});
    firing.steps.push_back({Resource::memory, service, service - 1 + access});
    add_event(firing, pin_bit_, bits);
    add_event(firing, memory_write_, accesses);
    add_event(firing, memory_read_, accesses);
}

std::vector<EventCount> TileServices::received_token(std::int64_t bits) const
{
    return {{buffer_write_, ceil_div(bits, tile_.buffer.port_bits)}};
}

} // namespace imc::tile
