#include "workloads/transform/randomise.h"

#include <cmath>

#include "sim/base/random.h"

namespace imc
{

namespace
{

enum class Role { weight, bias, positive };

struct Use {
    Role role = Role::bias;
    std::int64_t depth = 1;
};

Use use_of(const Graph& graph, TensorId id)
{
    for (const NodeId reader : graph.consumers(id)) {
        const Node& node = graph.node(reader);
        if (const auto* c = node.as<Contraction>())
            return c->bias == id ? Use{} : Use{Role::weight, c->k};
        if (const auto* n = node.as<Normalise>();
            n && (node.inputs[1] == id || (node.inputs.size() > 4 && node.inputs[4] == id)))
            return {Role::positive, 1};
    }
    return {};
}

TensorData drawn(const Tensor& tensor, const Use& use, RandomStream stream)
{
    TensorData data(tensor.type, tensor.shape.elements());
    const double deviation = std::sqrt(2.0 / static_cast<double>(std::max<std::int64_t>(use.depth, 1)));
    const bool whole = is_integer(tensor.type);
    const auto [low, high] = whole ? integer_range(tensor.type) : std::pair(std::int64_t{0}, std::int64_t{0});
    const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    for (std::int64_t i = 0; i < data.elements(); ++i) {
        if (whole)
            data.set_integer(
                i, static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + (span ? stream.below(span) : stream())));
        else if (use.role == Role::weight)
            data.set_real(i, deviation * stream.normal());
        else if (use.role == Role::positive)
            data.set_real(i, 0.5 + stream.uniform());
        else
            data.set_real(i, 0.2 * stream.uniform() - 0.1);
    }
    return data;
}

} // namespace

Graph with_random_weights(const Graph& graph, std::uint64_t seed)
{
    Graph result = graph;
    for (std::size_t i = 0; i < graph.tensors().size(); ++i) {
        Tensor& tensor = result.tensor(TensorId(i));
        if (!tensor.is_constant || tensor.data)
            continue;
        tensor.data = std::make_shared<const TensorData>(
            drawn(tensor, use_of(graph, TensorId(i)), RandomStream(seed, "weights/" + tensor.name)));
    }
    return result;
}

Graph without_weights(Graph graph)
{
    for (std::size_t i = 0; i < graph.tensors().size(); ++i) {
        Tensor& tensor = graph.tensor(TensorId(i));
        const bool weight = tensor.is_constant && tensor.shape.rank() > 0 && tensor.type != ElementType::int64 &&
                            tensor.type != ElementType::boolean;
        if (weight)
            tensor.data = nullptr;
    }
    return graph;
}

} // namespace imc
