#pragma once

#include <functional>
#include <map>
#include <string>

#include <ATen/ATen.h>

#include "workloads/graph.h"

/// What the sources of the trainer share of libtorch; nobody else includes it. `float32` throughout.
namespace imc::training
{

/// The numbers that training changes, by the name of the graph's tensor.
struct Parameters {
    std::map<std::string, at::Tensor> weights; ///< follow gradients
    std::map<std::string, at::Tensor> ranges;  ///< steps of activations' grids, one element each; follow gradients too
    std::map<std::string, at::Tensor> running; ///< batch norm's mean and variance
};

at::Tensor to_tensor(const Value& value);
Value to_value(const at::Tensor& tensor);

/// Float constants of the graph that training changes: contractions' weights and biases, normalisations' scales and
/// offsets, slopes of PRelu. Those without data get first values: weights normal with variance 2 / fan-in (He et al.,
/// ICCV 2015, eq. 10), others 0, scales and variances 1; each tensor has its own stream.
/// Throws ConfigError if two different weights have one name.
Parameters parameters_of(const Graph& graph, std::uint64_t seed);
/// The graph with these numbers as its constants.
Graph with_parameters(Graph graph, const Parameters& parameters);

} // namespace imc::training
