#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "nas/train/tensors.h"
#include "sim/base/errors.h"
#include "sim/base/random.h"

namespace imc::training
{

namespace
{

/// What a constant is to the node that reads it.
enum class Role { weight, zero_at_first, one_at_first, running_mean, running_variance };

class Collector
{
public:
    Collector(const Graph& graph, std::uint64_t seed) : graph_(graph), seed_(seed) {}

    Parameters run()
    {
        for (const NodeId id : graph_.topological_order())
            visit(graph_.node(id));
        return std::move(found_);
    }

private:
    void visit(const Node& node)
    {
        if (const auto* c = node.as<Contraction>()) {
            add(c->stationary, Role::weight, c->k);
            add(c->bias, Role::zero_at_first);
        } else if (node.as<Normalise>()) {
            const Role roles[] = {Role::one_at_first, Role::zero_at_first, Role::running_mean, Role::running_variance};
            for (std::size_t i = 1; i < node.inputs.size() && i <= 4; ++i)
                add(node.inputs[i], roles[i - 1]);
        } else if (const auto* e = node.as<Elementwise>(); e && e->function == Elementwise::Function::prelu) {
            add(node.inputs[1], Role::one_at_first);
        }
    }

    void add(TensorId id, Role role, std::int64_t fan_in = 1)
    {
        if (!id.valid())
            return;
        const Tensor& t = graph_.tensor(id);
        if (!t.is_constant || t.type != ElementType::float32)
            return;
        const bool runs = role == Role::running_mean || role == Role::running_variance;
        auto& place = runs ? found_.running : found_.weights;
        if (const auto found = seen_.find(t.name); found != seen_.end()) {
            if (found->second != t.data)
                throw ConfigError(graph_.name, fmt::format("has two weights named '{}'", t.name));
            return;
        }
        seen_.emplace(t.name, t.data);
        at::Tensor value = t.data ? to_tensor(Value(t.shape, t.data)) : first_values(t, role, fan_in);
        value.set_requires_grad(!runs);
        place.emplace(t.name, std::move(value));
    }

    at::Tensor first_values(const Tensor& t, Role role, std::int64_t fan_in) const
    {
        TensorData data(ElementType::float32, t.shape.elements());
        const bool one = role == Role::one_at_first || role == Role::running_variance;
        RandomStream random(seed_, "first weights " + t.name);
        const double deviation = std::sqrt(2.0 / static_cast<double>(fan_in));
        for (float& v : data.as<float>())
            v = role == Role::weight ? static_cast<float>(deviation * random.normal()) : one ? 1.0f : 0.0f;
        return to_tensor(Value(t.shape, std::move(data)));
    }

    const Graph& graph_;
    std::uint64_t seed_;
    Parameters found_;
    std::map<std::string, std::shared_ptr<const TensorData>> seen_;
};

} // namespace

at::Tensor to_tensor(const Value& value)
{
    at::Tensor t = at::empty(value.shape.values(), at::kFloat);
    float* out = t.data_ptr<float>();
    if (value.type() == ElementType::float32)
        std::memcpy(out, value.data->bytes().data(), value.data->bytes().size());
    else
        for (std::int64_t i = 0; i < value.elements(); ++i)
            out[i] = static_cast<float>(value.data->real(i));
    return t;
}

Value to_value(const at::Tensor& tensor)
{
    const at::Tensor t = tensor.detach().contiguous();
    TensorData data(ElementType::float32, t.numel());
    std::memcpy(data.bytes().data(), t.data_ptr<float>(), data.bytes().size());
    return {Shape(std::span(t.sizes().data(), t.sizes().size())), std::move(data)};
}

Parameters parameters_of(const Graph& graph, std::uint64_t seed) { return Collector(graph, seed).run(); }

Graph with_parameters(Graph graph, const Parameters& parameters)
{
    for (std::size_t i = 0; i < graph.tensors().size(); ++i) {
        Tensor& t = graph.tensor(TensorId(i));
        if (!t.is_constant)
            continue;
        for (const auto* numbers : {&parameters.weights, &parameters.running})
            if (const auto found = numbers->find(t.name); found != numbers->end())
                t.data = to_value(found->second).data;
    }
    return graph;
}

} // namespace imc::training
