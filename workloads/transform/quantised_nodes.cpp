#include "workloads/transform/quantised_nodes.h"

namespace imc
{

namespace
{

TensorId add_vector(Graph& graph, const std::string& name, ElementType type, std::size_t count, auto value)
{
    TensorData data(type, static_cast<std::int64_t>(count));
    for (std::size_t i = 0; i < count; ++i)
        value(data, i);
    const Shape shape = count == 1 ? Shape{} : Shape{static_cast<std::int64_t>(count)};
    return graph.add_tensor({name, shape, type, true, std::make_shared<const TensorData>(std::move(data)), {}});
}

} // namespace

TensorId add_scale(Graph& graph, const std::string& name, const Quantisation& q)
{
    return add_vector(graph, name, ElementType::float32, q.scale.size(), [&](TensorData& data, std::size_t i) {
        data.set_real(static_cast<std::int64_t>(i), q.scale[i]);
    });
}

TensorId add_zero_point(Graph& graph, const std::string& name, const Quantisation& q)
{
    return add_vector(graph, name, q.type, q.zero_point.size(), [&](TensorData& data, std::size_t i) {
        data.set_integer(static_cast<std::int64_t>(i), q.zero_point[i]);
    });
}

Node quantised_contraction(Graph& graph, const Node& node, const Contraction& contraction,
                           const ContractionTensors& tensors, const ContractionQuantisation& quantisation)
{
    Contraction c = contraction;
    c.moving = tensors.moving;
    c.stationary = tensors.stationary;
    c.bias = tensors.bias;
    c.result = tensors.result;
    c.alpha = c.beta = 1.0;
    const auto scale = [&](const char* what, const Quantisation& q) {
        return add_scale(graph, node.name + what + "_scale", q);
    };
    const auto zero = [&](const char* what, const Quantisation& q) {
        return add_zero_point(graph, node.name + what + "_zero_point", q);
    };
    c.quantised = QuantisedOperands{scale("_x", quantisation.moving),     zero("_x", quantisation.moving),
                                    scale("_w", quantisation.stationary), zero("_w", quantisation.stationary),
                                    scale("_y", quantisation.result),     zero("_y", quantisation.result)};
    const QuantisedOperands& q = *c.quantised;
    Node out{node.name,
             node.op,
             {c.moving, q.moving_scale, q.moving_zero_point, c.stationary, q.stationary_scale, q.stationary_zero_point,
              q.result_scale, q.result_zero_point},
             {c.result},
             {}};
    if (c.bias.valid())
        out.inputs.push_back(c.bias);
    out.kind = std::move(c);
    return out;
}

} // namespace imc
