#include "workloads/transform/fold_batch_norm.h"

#include <cmath>

namespace imc
{

namespace
{

bool vector_of(const Graph& graph, TensorId id, std::int64_t size)
{
    const Tensor& t = graph.tensor(id);
    return t.is_constant && t.shape.rank() == 1 && t.shape[0] == size;
}

/// The contraction that this node may be folded into; invalid if there is none.
NodeId target(const Graph& graph, const Node& norm)
{
    const NodeId producer = graph.producer(norm.inputs[0]);
    if (!producer.valid() || graph.consumers(norm.inputs[0]).size() != 1 || graph.is_output(norm.inputs[0]))
        return {};
    const Contraction* c = graph.node(producer).as<Contraction>();
    if (!c || c->quantised || !graph.tensor(c->stationary).is_constant || c->stationary_batched)
        return {};
    // Channels must be the result's axis 1: a convolution's, or the columns of a two-dimensional product.
    const Shape& result = graph.tensor(c->result).shape;
    const std::int64_t channels = c->groups * c->n;
    if (!c->window() && (result.rank() != 2 || c->result_transposed))
        return {};
    if (c->bias.valid() && !vector_of(graph, c->bias, channels))
        return {};
    for (std::size_t i = 1; i < 5; ++i)
        if (!vector_of(graph, norm.inputs[i], channels))
            return {};
    return producer;
}

struct Affine {
    std::vector<double> gain, offset; ///< y = x·gain + offset per channel
};

Affine affine(const Graph& graph, const Node& norm)
{
    const auto at = [&](std::size_t operand, std::int64_t i) {
        return graph.tensor(norm.inputs[operand]).data->real(i);
    };
    Affine a;
    for (std::int64_t i = 0; i < graph.tensor(norm.inputs[1]).shape[0]; ++i) {
        a.gain.push_back(at(1, i) / std::sqrt(at(4, i) + norm.as<Normalise>()->epsilon));
        a.offset.push_back(at(2, i) - at(3, i) * a.gain.back());
    }
    return a;
}

std::shared_ptr<const TensorData> scaled_weights(const Tensor& weights, const Contraction& c, const Affine& a)
{
    TensorData data(weights.type, weights.data->elements());
    for (std::int64_t i = 0; i < data.elements(); ++i) {
        const std::int64_t channel = c.stationary_transposed ? i / c.k : i % c.n;
        data.set_real(i, weights.data->real(i) * a.gain[static_cast<std::size_t>(channel)]);
    }
    return std::make_shared<const TensorData>(std::move(data));
}

std::shared_ptr<const TensorData> folded_bias(const Graph& graph, const Contraction& c, const Affine& a)
{
    TensorData data(graph.tensor(c.result).type, static_cast<std::int64_t>(a.gain.size()));
    for (std::int64_t i = 0; i < data.elements(); ++i) {
        const auto channel = static_cast<std::size_t>(i);
        const double bias = c.bias.valid() ? c.beta * graph.tensor(c.bias).data->real(i) : 0.0;
        data.set_real(i, bias * a.gain[channel] + a.offset[channel]);
    }
    return std::make_shared<const TensorData>(std::move(data));
}

void fold(Graph& graph, NodeId contraction, NodeId norm)
{
    const Node batch_norm = graph.node(norm);
    Node node = graph.node(contraction);
    Contraction& c = *node.as<Contraction>();
    Tensor weights = graph.tensor(c.stationary);
    Tensor bias;
    bias.name = (c.bias.valid() ? graph.tensor(c.bias).name : weights.name + "_bias") + "_folded";
    bias.shape = Shape{c.groups * c.n};
    bias.type = graph.tensor(c.result).type;
    bias.is_constant = true;
    bool data = weights.data && (!c.bias.valid() || graph.tensor(c.bias).data);
    for (std::size_t i = 1; i < 5; ++i)
        data = data && graph.tensor(batch_norm.inputs[i]).data;
    if (data) {
        const Affine a = affine(graph, batch_norm);
        bias.data = folded_bias(graph, c, a);
        weights.data = scaled_weights(weights, c, a);
    } else {
        weights.data = nullptr;
    }
    weights.name += "_folded";
    weights.quantisation.reset();
    c.stationary = graph.add_tensor(std::move(weights));
    c.bias = graph.add_tensor(std::move(bias));
    c.beta = 1.0;
    node.inputs = {c.moving, c.stationary, c.bias};
    graph.replace_node(contraction, std::move(node));
}

} // namespace

Graph fold_batch_norm(const Graph& graph)
{
    Graph result = graph;
    std::vector<NodeId> folded;
    for (const NodeId id : graph.topological_order()) {
        const Normalise* n = result.node(id).as<Normalise>();
        if (!n || n->function != Normalise::Function::batch_norm)
            continue;
        const NodeId into = target(result, result.node(id));
        if (!into.valid())
            continue;
        fold(result, into, id);
        // The convolution's result takes the place of the normalised one, and its name where that is an output.
        const TensorId before = result.node(id).inputs[0], after = result.node(id).outputs[0];
        if (result.is_output(after))
            result.tensor(before).name = result.tensor(after).name;
        result.redirect(after, before);
        folded.push_back(id);
    }
    return result.without(folded);
}

} // namespace imc
