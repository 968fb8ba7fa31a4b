#pragma once

#include "workloads/graph.h"

namespace imc::training
{

/// The graph with a batch norm behind every convolution that has a constant kernel, where there is none yet and the
/// result is not the network's. Exported networks have it folded into the weights again.
Graph with_batch_norms(const Graph& graph);

} // namespace imc::training
