#pragma once

#include <optional>
#include <vector>

#include "workloads/graph.h"

namespace imc
{

/// What a QuantizeLinear or DequantizeLinear with constant scale says about the integers it makes or reads;
/// empty if the scale is computed. `inputs`: x, scale, zero point?
std::optional<Quantisation> quantisation_of(const Graph& graph, const std::vector<TensorId>& inputs,
                                            const Elementwise& function);

/// Notes on every tensor the quantisation its producer or reader states (QuantizeLinear, QLinearConv, …).
void annotate_quantisation(Graph& graph);

} // namespace imc
