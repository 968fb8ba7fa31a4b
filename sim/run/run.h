#pragma once

#include <memory>
#include <optional>

#include "sim/mapping/mapping.h"
#include "sim/run/accuracy.h"
#include "sim/run/experiment.h"
#include "sim/run/result.h"

namespace imc::trace
{
class Trace;
}

namespace imc::run
{
class CircuitValues;
}

/// The only place where network, mapping and chip meet.
namespace imc::run
{

/// A network laid out on a chip, ready to be simulated.
struct Mapped {
    Graph graph;
    mapping::Mapping mapping;
    program::Program program; ///< endpoints placed
    MeshShape mesh;
    double hop_bytes = 0.0; ///< Σ bytes × links per inference
    std::optional<ValueResult> values;
    std::shared_ptr<CircuitValues> circuit_values; ///< null: the circuits carry no values
};

/// Throws ConfigError for a network that cannot be used, RunError if it does not fit.
Mapped map_experiment(const Experiment& experiment);
/// The same with a network that is in memory; `experiment.network` is not read.
Mapped map_experiment(const Experiment& experiment, Graph network);
/// The first part of it, without a place for anything in the mesh: whether the network fits, and what it needs.
Mapped lay_out_experiment(const Experiment& experiment, Graph network);

/// Runs the experiment's images through the arrays, if it asks for accuracy, and keeps what came out in `mapped`.
/// With run.detail: circuit also what the circuits are to carry in simulate(). Throws ConfigError for a data set that
/// cannot be used or a network without weights.
void compute_values(const Experiment& experiment, Mapped& mapped);

/// Simulates a mapped experiment. One call per process for fidelities `dependency` and `flit` (the kernel allows no
/// second elaboration). The trace, which may be null, gets the first inference.
/// Throws RunError naming every waiting block if nothing can move any more, and if the circuits' values are not those
/// of the bulk path.
Result simulate(const Experiment& experiment, const Mapped& mapped, trace::Trace* trace);

} // namespace imc::run
