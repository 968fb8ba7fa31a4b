#include "nas/train/insert_norms.h"

#include <memory>
#include <vector>

namespace imc::training
{

namespace
{

bool has_norm(const Graph& graph, TensorId result)
{
    for (const NodeId id : graph.consumers(result))
        if (const auto* n = graph.node(id).as<Normalise>(); n && n->function == Normalise::Function::batch_norm)
            return true;
    return false;
}

TensorId channel_constant(Graph& graph, const std::string& name, std::int64_t channels, float value)
{
    TensorData data(ElementType::float32, channels);
    for (float& v : data.as<float>())
        v = value;
    Tensor t;
    t.name = name;
    t.shape = Shape{channels};
    t.is_constant = true;
    t.data = std::make_shared<const TensorData>(std::move(data));
    return graph.add_tensor(std::move(t));
}

} // namespace

Graph with_batch_norms(const Graph& graph)
{
    Graph out = graph;
    for (const NodeId id : graph.topological_order()) {
        const auto* c = graph.node(id).as<Contraction>();
        if (!c || !c->window() || !graph.tensor(c->stationary).is_constant || graph.is_output(c->result) ||
            has_norm(graph, c->result))
            continue;
        const std::string name = graph.node(id).name + "_norm";
        const std::int64_t channels = c->groups * c->n;
        Tensor normalised = graph.tensor(c->result);
        normalised.name += "_normalised";
        const TensorId result = out.add_tensor(std::move(normalised));
        out.redirect(c->result, result);
        out.add_node(
            {name,
             "BatchNormalization",
             {c->result, channel_constant(out, name + "_scale", channels, 1),
              channel_constant(out, name + "_bias", channels, 0), channel_constant(out, name + "_mean", channels, 0),
              channel_constant(out, name + "_variance", channels, 1)},
             {result},
             Normalise{Normalise::Function::batch_norm, 1, false, 1e-5}});
    }
    return out;
}

} // namespace imc::training
