#include "nas/train/torch_network.h"

#include <fmt/format.h>

#include "nas/train/torch_operators.h"
#include "sim/base/errors.h"

namespace imc::training
{

namespace
{

/// A softmax whose result is the network's: its operand are the logits.
TensorId logits_of(const Graph& graph, TensorId output)
{
    const NodeId producer = graph.producer(output);
    if (!producer.valid())
        return output;
    const Node& node = graph.node(producer);
    const auto* n = node.as<Normalise>();
    const bool softmax =
        n && (n->function == Normalise::Function::softmax || n->function == Normalise::Function::log_softmax);
    return softmax ? node.inputs[0] : output;
}

} // namespace

TorchNetwork::TorchNetwork(const Graph& graph) : graph_(graph), order_(graph.topological_order())
{
    if (graph.inputs.size() != 1 || graph.outputs.size() != 1)
        throw ConfigError(graph.name,
                          fmt::format("has {} inputs and {} outputs; training takes networks with one of each",
                                      graph.inputs.size(), graph.outputs.size()));
    const Shape& out = graph.tensor(graph.outputs[0]).shape;
    if (out.rank() != 2)
        throw ConfigError(graph.name, fmt::format("its output has shape {}, expected [items, classes]", out.text()));
    std::string refused;
    for (const NodeId id : order_)
        if (const std::string why = refusal(graph, graph.node(id)); !why.empty())
            refused += fmt::format("{}'{}' ({}): {}", refused.empty() ? "" : "; ", graph.node(id).name,
                                   graph.node(id).op, why);
    if (!refused.empty())
        throw ConfigError(graph.name, "cannot be trained: " + refused);
    logits_ = logits_of(graph, graph.outputs[0]);
}

std::int64_t TorchNetwork::classes() const { return graph_.tensor(graph_.outputs[0]).shape[1]; }

at::Tensor TorchNetwork::logits(const at::Tensor& x, Parameters& parameters, const Pass& pass) const
{
    return run(logits_, x, parameters, pass);
}

at::Tensor TorchNetwork::output(const at::Tensor& x, Parameters& parameters, const Pass& pass) const
{
    return run(graph_.outputs[0], x, parameters, pass);
}

at::Tensor TorchNetwork::run(TensorId wanted, const at::Tensor& x, Parameters& parameters, const Pass& pass) const
{
    Operands operands(graph_, parameters, pass);
    operands.put(graph_.inputs[0], x);
    for (const NodeId id : order_) {
        compute(graph_.node(id), operands);
        if (operands.has(wanted))
            break;
    }
    return operands.at(wanted);
}

} // namespace imc::training
