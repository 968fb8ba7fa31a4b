#pragma once

#include "workloads/graph.h"

namespace imc
{

/// A QDQ network (QuantizeLinear and DequantizeLinear around float operators, as ONNX tools write them) as one on
/// integers: an operator whose operands are dequantised integers or constants, and whose result is only quantised
/// again, becomes an integer contraction or a node with `quantised` set. A ReLU, or a clip at the bounds of the
/// quantised range, between the operator and QuantizeLinear becomes its saturation. What does not fit the pattern
/// stays in float. Graphs without such nodes are returned as they are.
Graph fuse_qdq(const Graph& graph);

} // namespace imc
