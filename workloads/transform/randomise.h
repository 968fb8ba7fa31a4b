#pragma once

#include <cstdint>

#include "workloads/graph.h"

namespace imc
{

/// The graph with data for every constant that has none: weights normal with variance 2 / k (He et al.,
/// ICCV 2015, eq. 10), biases uniform in ±0.1, normalisation scales and variances uniform in [0.5, 1.5], integers
/// over the full range of their type. Each tensor has its own stream, named after it.
Graph with_random_weights(const Graph& graph, std::uint64_t seed);

/// The graph without the data of its weights. Rank-0 constants and integers that only steer operators keep theirs.
Graph without_weights(Graph graph);

} // namespace imc
