#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/mapping/build_program.h"
#include "sim/mapping/placement.h"
#include "sim/mapping/reduction.h"
#include "sim/run/compensation.h"
#include "sim/run/lay_out.h"
#include "sim/run/link_bounds.h"
#include "sim/run/run.h"
#include "workloads/network.h"

namespace imc::run
{

namespace
{

/// Where partial sums are added up depends on where the tiles are: chosen when they are placed.
void choose_reduction(const Experiment& experiment, Mapped& mapped)
{
    if (experiment.mapping.reduction != mapping::Reduction::cheapest)
        return;
    const mapping::Mapping before = mapped.mapping;
    if (!mapping::choose_reduction(mapped.mapping, mapped.program.endpoint, mapped.mesh))
        return;
    try {
        program::Program program = mapping::build_program(mapped.mapping, mapped.graph, experiment.chip,
                                                          experiment.precision, experiment.mapping);
        program.endpoint = mapped.program.endpoint;
        mapped.program = std::move(program);
    } catch (const RunError&) {
        mapped.mapping = before; // a reducer has not the room for so many senders
    }
}

void lay_out_and_place(const Experiment& experiment, Mapped& mapped, mapping::Concessions& concessions)
{
    lay_out(experiment, mapped, concessions);
    mapped.mesh.columns = static_cast<std::uint32_t>(mapped.mapping.columns);
    mapped.mesh.rows = static_cast<std::uint32_t>(mapped.mapping.rows);
    mapped.mesh.tiles_per_router = static_cast<std::uint32_t>(experiment.chip.noc.tiles_per_router);
    mapped.mesh.extra_endpoints = {0}; // memory and pins sit at the corner
    if (const std::string fault = mesh_fault(mapped.mesh, experiment.chip.noc.router); !fault.empty())
        throw ConfigError("chip.mesh",
                          fmt::format("{} x {} routers: the mesh {}", mapped.mesh.columns, mapped.mesh.rows, fault));
    mapped.program.endpoint =
        mapping::place(mapped.program, mapped.mesh, experiment.mapping, static_cast<std::uint64_t>(experiment.seed),
                       mapping::sites_of(experiment.chip, mapped.mesh));
    choose_reduction(experiment, mapped);
}

double link_cycles(const Experiment& experiment, const Mapped& mapped)
{
    return static_cast<double>(link_bound(experiment, mapped, Served::in_all).cycles);
}

/// Copies that are spread over all tiles come close to the bound of the interval, but talk over more links than copies
/// that fill tiles in order. Where links are slower than layers, the latter are taken if they stream faster; unless
/// fed, only if they are close to the bound, too.
void fill_in_order_for_links(const Experiment& experiment, Mapped& mapped, mapping::Concessions& concessions)
{
    constexpr double close = 1.10;
    const double links = link_cycles(experiment, mapped);
    if (concessions.in_order || links <= mapped.mapping.interval_cycles)
        return;
    Mapped other;
    other.graph = mapped.graph;
    mapping::Concessions in_order = concessions;
    in_order.in_order = true;
    lay_out_and_place(experiment, other, in_order);
    const double interval = other.mapping.interval_cycles;
    const bool may_be = experiment.mapping.replication == mapping::Replication::fed ||
                        interval <= close * other.mapping.interval_bound_cycles;
    if (may_be && std::max(interval, link_cycles(experiment, other)) < links) {
        mapped = std::move(other);
        concessions = std::move(in_order);
    }
}

/// Copies send and receive more than one would, as windows overlap and several tiles read the same: fewer may be
/// faster. Looks for the interval for which arrays and links need equally long, and keeps what is fastest, of equals
/// what has fewest copies.
void leave_out_idle_copies(const Experiment& experiment, Mapped& mapped, const mapping::Concessions& concessions)
{
    double low = mapped.mapping.interval_cycles, high = link_cycles(experiment, mapped);
    double best = std::max(low, high);
    constexpr int most_tries = 8;
    constexpr double fine = 1.05, equal = 1.005;
    for (int i = 0; i < most_tries && high > fine * low; ++i) {
        mapping::Concessions fewer = concessions;
        fewer.least_interval = std::sqrt(low * high);
        Mapped tried;
        tried.graph = mapped.graph;
        lay_out_and_place(experiment, tried, fewer);
        const double links = link_cycles(experiment, tried);
        const double interval = std::max(tried.mapping.interval_cycles, links);
        (links > tried.mapping.interval_cycles ? low : high) = fewer.least_interval;
        if (interval > equal * best)
            continue;
        best = std::min(best, interval);
        mapped = std::move(tried);
    }
}

/// Stands in for data until values are computed.
void assume_activity(const Experiment& experiment, program::Program& program)
{
    for (program::Actor& actor : program.actors)
        for (program::MacroUse& use : actor.work.macros) {
            use.operation.activity.assumed_input = experiment.activity.input;
            use.operation.activity.assumed_weight = experiment.activity.weight;
        }
}

} // namespace

Mapped map_experiment(const Experiment& experiment)
{
    return map_experiment(experiment, load_network(experiment.network));
}

Mapped lay_out_experiment(const Experiment& experiment, Graph network)
{
    if (experiment.mapping.replication == mapping::Replication::fed)
        return map_experiment(experiment, std::move(network)); // links decide on copies
    Mapped mapped;
    mapped.graph = std::move(network);
    mapping::Concessions concessions;
    lay_out(experiment, mapped, concessions);
    assume_activity(experiment, mapped.program);
    add_compensation(experiment, mapped.program);
    return mapped;
}

Mapped map_experiment(const Experiment& experiment, Graph network)
{
    Mapped mapped;
    mapped.graph = std::move(network);
    mapping::Concessions concessions;
    lay_out_and_place(experiment, mapped, concessions);
    if (experiment.mapping.replicates())
        fill_in_order_for_links(experiment, mapped, concessions);
    if (experiment.mapping.replication == mapping::Replication::fed)
        leave_out_idle_copies(experiment, mapped, concessions);
    assume_activity(experiment, mapped.program);
    add_compensation(experiment, mapped.program);
    mapped.hop_bytes = mapping::hop_bytes(mapping::traffic_of(mapped.program), mapped.program.endpoint, mapped.mesh);
    return mapped;
}

} // namespace imc::run
