#pragma once

#include <string>

#include "workloads/graph.h"

namespace imc
{

/// The scale (float32) and zero point of a quantisation as constants of the graph: one value, or one per channel.
TensorId add_scale(Graph& graph, const std::string& name, const Quantisation& quantisation);
TensorId add_zero_point(Graph& graph, const std::string& name, const Quantisation& quantisation);

struct ContractionTensors {
    TensorId moving, stationary, bias, result; ///< integers
};

struct ContractionQuantisation {
    Quantisation moving, stationary, result;
};

/// `node` with integer operands: inputs x, scale, zero point, w, scale, zero point, y scale, zero point, bias?,
/// as QLinearConv has them. `contraction` says everything else; its alpha is in the stationary scale.
Node quantised_contraction(Graph& graph, const Node& node, const Contraction& contraction,
                           const ContractionTensors& tensors, const ContractionQuantisation& quantisation);

} // namespace imc
