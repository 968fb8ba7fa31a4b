#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/mapping/build_program.h"
#include "sim/mapping/placement.h"
#include "sim/mapping/reduction.h"
#include "sim/run/compensation.h"
#include "sim/run/lay_out.h"
#include "sim/run/relieve_links.h"
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

void place(const Experiment& experiment, Mapped& mapped)
{
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

Mapped map_experiment(const Experiment& given, Graph network)
{
    Experiment experiment = given;
    experiment.run.ideal = {}; // what a simulation leaves out does not change the chip
    Mapped mapped;
    mapped.graph = std::move(network);
    mapping::Concessions concessions;
    lay_out(experiment, mapped, concessions);
    place(experiment, mapped);
    const LayOut again = [&, network = mapped.graph](mapping::Concessions& given_up,
                                                     const auto& worth) -> std::optional<Mapped> {
        Mapped other;
        other.graph = network;
        lay_out(experiment, other, given_up);
        if (!worth(other.mapping))
            return std::nullopt;
        place(experiment, other);
        return other;
    };
    if (experiment.mapping.replicates())
        relieve_links(experiment, again, mapped, concessions);
    if (experiment.mapping.replication == mapping::Replication::fed) {
        leave_out_idle_copies(experiment, again, mapped, concessions);
        relieve_links(experiment, again, mapped, concessions);
    }
    assume_activity(experiment, mapped.program);
    add_compensation(experiment, mapped.program);
    mapped.hop_bytes = mapping::hop_bytes(mapping::traffic_of(mapped.program), mapped.program.endpoint, mapped.mesh);
    return mapped;
}

} // namespace imc::run
