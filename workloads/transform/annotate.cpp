#include "workloads/transform/annotate.h"

namespace imc
{

namespace
{

std::optional<Quantisation> from_constants(const Graph& graph, TensorId scale, TensorId zero, ElementType type,
                                           int axis)
{
    if (!scale.valid() || !graph.tensor(scale).data || (zero.valid() && !graph.tensor(zero).data))
        return std::nullopt;
    Quantisation q;
    q.type = type;
    q.bits = static_cast<int>(8 * byte_size(type));
    const Tensor& s = graph.tensor(scale);
    q.scale = Value(s.shape, s.data).to_reals();
    q.zero_point.assign(q.scale.size(), 0);
    if (zero.valid()) {
        const auto z = Value(graph.tensor(zero).shape, graph.tensor(zero).data).to_integers();
        for (std::size_t i = 0; i < q.zero_point.size() && !z.empty(); ++i)
            q.zero_point[i] = z[z.size() == 1 ? 0 : i];
    }
    q.axis = q.scale.size() > 1 ? axis : -1;
    return q;
}

void note(Graph& graph, TensorId tensor, TensorId scale, TensorId zero, int axis)
{
    if (tensor.valid() && !graph.tensor(tensor).quantisation)
        graph.tensor(tensor).quantisation = from_constants(graph, scale, zero, graph.tensor(tensor).type, axis);
}

} // namespace

std::optional<Quantisation> quantisation_of(const Graph& graph, const std::vector<TensorId>& inputs,
                                            const Elementwise& function)
{
    const TensorId zero = inputs.size() > 2 ? inputs[2] : TensorId();
    ElementType type = function.function == Elementwise::Function::dequantize ? graph.tensor(inputs[0]).type
                       : zero.valid()                                         ? graph.tensor(zero).type
                                                                              : ElementType::uint8;
    return from_constants(graph, inputs[1], zero, type, function.axis);
}

void annotate_quantisation(Graph& graph)
{
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node& node = graph.node(NodeId(i));
        if (const auto* e = node.as<Elementwise>()) {
            if (e->function == Elementwise::Function::quantize)
                graph.tensor(node.outputs[0]).quantisation = quantisation_of(graph, node.inputs, *e);
        } else if (const auto* c = node.as<Contraction>(); c && c->quantised) {
            const QuantisedOperands q = *c->quantised;
            note(graph, c->moving, q.moving_scale, q.moving_zero_point, 1);
            note(graph, c->stationary, q.stationary_scale, q.stationary_zero_point, c->window() ? 0 : 1);
            note(graph, c->result, q.result_scale, q.result_zero_point, 1);
        }
    }
}

} // namespace imc
