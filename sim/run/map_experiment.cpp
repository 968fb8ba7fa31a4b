#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/mapping/build_program.h"
#include "sim/mapping/placement.h"
#include "sim/mapping/reduction.h"
#include "sim/run/compensation.h"
#include "sim/run/run.h"
#include "workloads/network.h"

namespace imc::run
{

namespace
{

/// Throws RunError if a buffer is too small.
program::Program program_of(const Experiment& experiment, const mapping::Options& options, const Mapped& mapped)
{
    return mapping::build_program(mapped.mapping, mapped.graph, experiment.chip, experiment.precision, options);
}

void lay_out(const Experiment& experiment, const mapping::Options& options, Mapped& mapped)
{
    mapped.mapping = mapping::map_network(mapped.graph, experiment.chip, experiment.precision, options);
    mapped.program = program_of(experiment, options, mapped);
}

/// Dealing out rows and sharing tiles both cost buffer; where there is too little they are given up. Returns the
/// options that it took.
mapping::Options lay_out_as_it_fits(const Experiment& experiment, Mapped& mapped)
{
    mapping::Options options = experiment.mapping;
    const bool copies = options.replication == mapping::Replication::balanced;
    try {
        lay_out(experiment, options, mapped);
        return options;
    } catch (const RunError&) {
        if (!copies && !options.share_tiles)
            throw;
    }
    options.copy_shape = mapping::CopyShape::strips;
    try {
        lay_out(experiment, options, mapped);
        return options;
    } catch (const RunError&) {
    }
    options.share_tiles = false;
    options.keep_apart = true;
    lay_out(experiment, options, mapped);
    return options;
}

/// Where partial sums are added up depends on where the tiles are: chosen when they are placed.
void choose_reduction(const Experiment& experiment, const mapping::Options& options, Mapped& mapped)
{
    if (options.reduction != mapping::Reduction::cheapest)
        return;
    const mapping::Mapping before = mapped.mapping;
    if (!mapping::choose_reduction(mapped.mapping, mapped.program.endpoint, mapped.mesh))
        return;
    try {
        program::Program program = program_of(experiment, options, mapped);
        program.endpoint = mapped.program.endpoint;
        mapped.program = std::move(program);
    } catch (const RunError&) {
        mapped.mapping = before; // a reducer has not the room for so many senders
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
    Mapped mapped;
    mapped.graph = std::move(network);
    lay_out_as_it_fits(experiment, mapped);
    assume_activity(experiment, mapped.program);
    add_compensation(experiment, mapped.program);
    return mapped;
}

Mapped map_experiment(const Experiment& experiment, Graph network)
{
    Mapped mapped;
    mapped.graph = std::move(network);
    const mapping::Options options = lay_out_as_it_fits(experiment, mapped);
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
    choose_reduction(experiment, options, mapped);
    assume_activity(experiment, mapped.program);
    add_compensation(experiment, mapped.program);
    mapped.hop_bytes = mapping::hop_bytes(mapping::traffic_of(mapped.program), mapped.program.endpoint, mapped.mesh);
    return mapped;
}

} // namespace imc::run
