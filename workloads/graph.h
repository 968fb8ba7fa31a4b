#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/base/ids.h"
#include "workloads/node.h"
#include "workloads/tensor.h"

namespace imc
{

/// A network: nodes and the tensors between them. Plain data; every tensor has one producer at most
/// (none: a graph input or a constant). Node names are unique and survive transforms.
class Graph
{
public:
    std::string name;
    std::vector<TensorId> inputs;  ///< what an inference is given, constants excluded
    std::vector<TensorId> outputs; ///< what it returns
    /// Elements of the distinct weight tensors of the file it was read from.
    std::int64_t stored_parameters = 0;

    TensorId add_tensor(Tensor tensor);
    /// Throws std::invalid_argument if a tensor does not exist, an output already has a producer or is a
    /// constant or graph input, or the name is taken.
    NodeId add_node(Node node);

    const IdVector<NodeId, Node>& nodes() const { return nodes_; }
    const IdVector<TensorId, Tensor>& tensors() const { return tensors_; }
    const Node& node(NodeId id) const { return nodes_.at(id); }
    const Tensor& tensor(TensorId id) const { return tensors_.at(id); }
    Tensor& tensor(TensorId id) { return tensors_.at(id); }

    /// Invalid if the tensor is an input or a constant.
    NodeId producer(TensorId id) const { return producers_.at(id); }
    /// Nodes that read it, ascending; one that reads it twice appears once.
    const std::vector<NodeId>& consumers(TensorId id) const { return consumers_.at(id); }
    bool is_output(TensorId id) const;

    /// Invalid if there is none of that name.
    TensorId find_tensor(const std::string& tensor_name) const;
    NodeId find_node(const std::string& node_name) const;

    /// Producers before consumers; among nodes that are ready the lowest id first.
    /// Throws std::logic_error naming a node on it if there is a cycle.
    std::vector<NodeId> topological_order() const;

    /// The same network without these nodes and without the tensors that nothing uses any more;
    /// ids are renumbered, nodes in topological order. Graph inputs and outputs stay.
    Graph without(const std::vector<NodeId>& dropped) const;

    /// Replaces a node's operands and class; producers and consumers follow. Same errors as add_node.
    void replace_node(NodeId id, Node node);
    /// Makes every reader of `from`, and the graph's outputs, use `to` instead.
    void redirect(TensorId from, TensorId to);

private:
    void connect(NodeId id);
    void disconnect(NodeId id);

    IdVector<NodeId, Node> nodes_;
    IdVector<TensorId, Tensor> tensors_;
    IdVector<TensorId, NodeId> producers_;
    IdVector<TensorId, std::vector<NodeId>> consumers_;
    std::unordered_map<std::string, NodeId> node_names_;
};

/// A contraction as `imcsim import` lists it.
struct LayerSummary {
    NodeId node;
    std::string name;
    std::string op;
    std::int64_t macs = 0;
    std::int64_t parameters = 0; ///< constant stationary operand and bias
    Shape output_shape;
};

/// The contractions in topological order; LayerId i is entry i.
std::vector<LayerSummary> layers(const Graph& graph);
/// Sum over the contractions. Throws std::overflow_error.
std::int64_t macs(const Graph& graph);
/// Weight and bias elements as each node uses them: a tensor used by two nodes counts twice.
/// Rank-0 constants, and scales and zero points, are not parameters.
std::int64_t parameters(const Graph& graph);

} // namespace imc
