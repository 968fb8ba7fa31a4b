#pragma once

#include "workloads/graph.h"

namespace imc
{

/// Batch normalisation behind a convolution or Gemm becomes part of its weights and bias:
/// W' = W·g, b' = (b − mean)·g + offset, g = scale / √(variance + ε), in double, rounded once.
/// Where the weights have no data the structure changes all the same. Others stay as they are.
Graph fold_batch_norm(const Graph& graph);

} // namespace imc
