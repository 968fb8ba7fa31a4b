#include <algorithm>
#include <stdexcept>

#include <systemc>

#include "arch/chip/chip.h"
#include "sim/base/errors.h"
#include "sim/run/accounts.h"
#include "sim/run/bounds.h"
#include "sim/run/circuit_values.h"
#include "sim/run/compensation.h"
#include "sim/run/deadlock.h"
#include "sim/run/floor.h"
#include "sim/run/kernel.h"
#include "sim/run/leakage.h"
#include "sim/run/power.h"
#include "sim/run/ranges.h"
#include "sim/run/recorder.h"
#include "sim/run/run.h"
#include "sim/run/stream.h"
#include "sim/run/summary.h"

namespace imc::run
{

namespace
{

/// Of the slowest resource of an actor, over the firings of the first inference.
double busy_cycles(const tile::ActorState& actor)
{
    const tile::Service& service = actor.service;
    const tile::ActorStatistics& s = actor.statistics;
    if (service.traces.empty())
        return static_cast<double>(service.pace(true, 0) * s.firings_first + service.pace(false, 0) * s.firings_next);
    const auto width = static_cast<std::int64_t>(actor.actor->share.columns.size());
    Cycle sum = 0;
    for (std::int64_t i = 0; i < s.firings_first + s.firings_next; ++i)
        sum += service.pace(i % width == 0, i);
    return static_cast<double>(sum);
}

/// Layers from when their first actor first fires to when their last is done with the first inference.
void add_layer_times(const Chip& chip, Result& r)
{
    std::vector<double> busy(r.layers.size(), 0.0);
    std::vector<int> actors(r.layers.size(), 0);
    std::vector<char> seen(r.layers.size(), 0);
    for (std::size_t t = 0; t < chip.tiles(); ++t)
        for (const tile::ActorState& actor : chip.tile(TileId(t)).engine().actors()) {
            if (!actor.actor->layer.valid())
                continue;
            const std::size_t l = actor.actor->layer.value();
            LayerResult& layer = r.layers[l];
            const tile::ActorStatistics& s = actor.statistics;
            layer.start_cycle = seen[l] ? std::min(layer.start_cycle, s.start) : s.start;
            layer.end_cycle = std::max(layer.end_cycle, s.end);
            layer.stall_cycles = std::max(layer.stall_cycles, s.stalled);
            seen[l] = 1;
            if (actor.actor->kind == program::ActorKind::post)
                continue; // what limits the layer are its arrays
            busy[l] += busy_cycles(actor);
            actors[l] += actor.actor->copies;
        }
    for (std::size_t l = 0; l < r.layers.size(); ++l) {
        const auto length = static_cast<double>(r.layers[l].end_cycle - r.layers[l].start_cycle);
        r.layers[l].utilization = actors[l] > 0 && length > 0.0 ? busy[l] / actors[l] / length : 0.0;
    }
}

void add_packets(const InterconnectStatistics& s, Cycle cycles, Result& r)
{
    r.counts["packets"] = static_cast<std::int64_t>(s.packets_delivered);
    r.counts["flits"] = static_cast<std::int64_t>(s.flits_injected);
    r.counts["flit_hops"] = static_cast<std::int64_t>(s.flit_hops);
    r.average_packet_latency_cycles = s.average_packet_latency();
    r.max_link_utilization = s.max_link_utilization(cycles);
}

/// The first inference's operations carry values; the first that are wrong end the run.
void carry_values(CircuitValues& values, Chip& chip)
{
    values.mismatched = [] { sc_core::sc_stop(); };
    try {
        chip.carry(values);
    } catch (const std::invalid_argument& e) {
        throw ConfigError("run.detail", std::string("the circuits cannot carry the values of ") + e.what());
    }
}

void book_leakage(const Result& r, Ledger& ledger)
{
    for (const StoredLeakage& block : r.leakage)
        for (const Energy e : leakage_energy(block, r))
            ledger.book_leakage(block.component, e);
}

/// The rungs that are computed instead of simulated.
Result compute_bounds(const Experiment& experiment, const Mapped& mapped)
{
    Result r = summarize(experiment, mapped);
    Ledger ledger;
    tile::ServiceTable services(experiment.chip, mapped.program, ledger);
    const bool arrays_only = experiment.run.fidelity == Fidelity::compute;
    const Bounds latency = bounds_of(experiment, mapped, services, Served::for_output);
    const Bounds bounds = bounds_of(experiment, mapped, services, Served::in_all);
    const Bound& bound = arrays_only ? latency.compute : latency.highest();
    r.cycles = bound.cycles;
    r.interval_cycles = static_cast<double>((arrays_only ? bounds.compute : bounds.highest()).cycles);
    r.warnings.push_back("cycles are a lower bound, set by " + bound.resource);
    r.bounds = {bounds.compute.cycles, bounds.tile.cycles, bounds.network.cycles};
    book_inference(experiment, mapped, services, ledger, false, nullptr);
    bound_power(mapped, services, r);
    book_wakes(nullptr, mapped, services, ledger, r);
    book_leakage(r, ledger);
    add_energy(ledger, r);
    account_programming(experiment, mapped, r);
    account_compensation(experiment, mapped, r);
    add_figures(r);
    add_cost_warnings(experiment.chip, r);
    describe_ranges(experiment.chip, r);
    add_energy_ranges(r);
    return r;
}

} // namespace

Result simulate(const Experiment& experiment, const Mapped& mapped, trace::Trace* trace)
{
    if (experiment.run.fidelity == Fidelity::compute || experiment.run.fidelity == Fidelity::bound)
        return compute_bounds(experiment, mapped);
    Result r = summarize(experiment, mapped);
    Ledger ledger;
    tile::ServiceTable services(experiment.chip, mapped.program, ledger);
    prepare_kernel();
    const bool dependency = experiment.run.fidelity == Fidelity::dependency;
    const IdealOptions& ideal = experiment.run.ideal;
    const bool infinite_buffers = dependency || ideal.buffers;
    Chip chip("chip", experiment.chip, mapped.program, mapped.mesh, services,
              {.ideal_network = dependency || ideal.network,
               .infinite_buffers = infinite_buffers,
               .separate_units = dependency || ideal.units,
               .circuit = experiment.run.detail == Detail::circuit});
    Recorder recorder(experiment, mapped, chip, services, ledger, trace);
    chip.observe(&recorder);
    const Floor floor = dependency ? Floor(experiment, mapped, services) : Floor();
    chip.completed = [&](std::int64_t, Cycle cycle) {
        r.cycles = std::max(cycle, floor.cycles(chip));
        r.completions.push_back(r.cycles);
        set_power(chip.power(r.cycles), r);
        recorder.end_power_states(r.cycles);
    };
    if (mapped.circuit_values)
        carry_values(*mapped.circuit_values, chip);
    chip.permit(1);
    run_kernel(experiment, mapped, chip);
    if (mapped.circuit_values) {
        mapped.circuit_values->require_equal();
        r.circuit_values = mapped.circuit_values->check();
    }
    if (chip.inferences_done() < 1)
        throw RunError(explain_deadlock(chip, mapped));

    recorder.finish(r);
    chip.observe(nullptr);
    book_inference(experiment, mapped, services, ledger, infinite_buffers, &chip);
    book_wakes(&chip, mapped, services, ledger, r);
    book_leakage(r, ledger);
    if (!(recorder.recorded() == ledger.total()))
        throw std::logic_error("the energy of the trace differs from the energy of the counts");
    add_energy(ledger, r);
    add_layer_times(chip, r);
    add_packets(chip.network().statistics(), r.cycles, r);
    r.peak_power_w = recorder.peak_power_w();
    r.events = recorder.events();
    const Bounds bounds = bounds_of(experiment, mapped, services, Served::in_all);
    r.bounds = {bounds.compute.cycles, bounds.tile.cycles, bounds.network.cycles};
    account_programming(experiment, mapped, r);
    account_compensation(experiment, mapped, r);
    stream(experiment, mapped, chip, r);
    add_figures(r);
    add_cost_warnings(experiment.chip, r);
    describe_ranges(experiment.chip, r);
    add_energy_ranges(r);
    return r;
}

} // namespace imc::run
