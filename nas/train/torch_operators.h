#pragma once

#include <string>

#include "nas/train/torch_network.h"

namespace imc::training
{

/// The values of one pass.
class Operands
{
public:
    Operands(const Graph& graph, Parameters& parameters, const Pass& pass);

    /// Keeps a node's result, on its grid if the pass has one for it.
    void put(TensorId id, at::Tensor value);
    bool has(TensorId id) const { return values_[id].defined(); }
    /// A result, or a constant as the pass sees it: quantised, with errors.
    at::Tensor at(TensorId id);
    at::Tensor running(TensorId id) const;

    const Graph& graph() const { return graph_; }
    const Pass& pass() const { return pass_; }

private:
    at::Tensor constant(TensorId id) const;

    const Graph& graph_;
    Parameters& parameters_;
    const Pass& pass_;
    IdVector<TensorId, at::Tensor> values_;
};

/// Why a node cannot be trained; empty if it can.
std::string refusal(const Graph& graph, const Node& node);
/// Puts the node's results. The node must not be refused.
void compute(const Node& node, Operands& operands);

// By class of node.
at::Tensor contraction(const Node& node, const Contraction& c, Operands& o);
at::Tensor elementwise(const Node& node, const Elementwise& e, Operands& o);
at::Tensor reduce(const Node& node, const Reduce& r, Operands& o);
at::Tensor normalise(const Node& node, const Normalise& n, Operands& o);
std::vector<at::Tensor> move(const Node& node, const Move& m, Operands& o);

/// `x` with zeros (or `value`) around its spatial axes, so that every point of the window exists; cropped where no
/// window reaches.
at::Tensor padded(const at::Tensor& x, const Window& window, double value);

} // namespace imc::training
