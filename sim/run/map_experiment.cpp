#include "sim/base/errors.h"
#include "sim/mapping/build_program.h"
#include "sim/mapping/placement.h"
#include "sim/run/run.h"
#include "workloads/network.h"

namespace imc::run
{

namespace
{

/// Throws RunError if a buffer is too small.
void lay_out(const Experiment& experiment, const mapping::Options& options, Mapped& mapped)
{
    mapped.mapping = mapping::map_network(mapped.graph, experiment.chip, experiment.precision, options);
    mapped.program =
        mapping::build_program(mapped.mapping, mapped.graph, experiment.chip, experiment.precision, options);
}

/// Dealing out rows and sharing tiles both cost buffer; where there is too little they are given up.
void lay_out_as_it_fits(const Experiment& experiment, Mapped& mapped)
{
    mapping::Options options = experiment.mapping;
    const bool copies = options.replication == mapping::Replication::balanced;
    try {
        return lay_out(experiment, options, mapped);
    } catch (const RunError&) {
        if (!copies && !options.share_tiles)
            throw;
    }
    options.copy_shape = mapping::CopyShape::strips;
    try {
        return lay_out(experiment, options, mapped);
    } catch (const RunError&) {
    }
    options.share_tiles = false;
    options.keep_apart = true;
    lay_out(experiment, options, mapped);
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
    for (program::Actor& actor : mapped.program.actors)
        for (program::MacroUse& use : actor.work.macros) {
            use.operation.activity.assumed_input = experiment.activity.input;
            use.operation.activity.assumed_weight = experiment.activity.weight;
        }
    return mapped;
}

Mapped map_experiment(const Experiment& experiment, Graph network)
{
    Mapped mapped = lay_out_experiment(experiment, std::move(network));
    mapped.mesh.columns = static_cast<std::uint32_t>(mapped.mapping.columns);
    mapped.mesh.rows = static_cast<std::uint32_t>(mapped.mapping.rows);
    mapped.mesh.tiles_per_router = static_cast<std::uint32_t>(experiment.chip.noc.tiles_per_router);
    mapped.mesh.extra_endpoints = {0}; // memory and pins sit at the corner
    mapped.program.endpoint =
        mapping::place(mapped.program, mapped.mesh, experiment.mapping, static_cast<std::uint64_t>(experiment.seed));
    mapped.hop_bytes = mapping::hop_bytes(mapping::traffic_of(mapped.program), mapped.program.endpoint, mapped.mesh);
    return mapped;
}

} // namespace imc::run
