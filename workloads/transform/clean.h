#pragma once

#include "workloads/graph.h"

namespace imc
{

/// The graph without the nodes that no output depends on.
Graph without_dead_nodes(const Graph& graph);

} // namespace imc
