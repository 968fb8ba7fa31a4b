#include "workloads/execute/execute.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "workloads/execute/evaluate.h"
#include "workloads/execute/integer_contraction.h"
#include "workloads/execute/quantised.h"

namespace imc
{

std::string missing_weights(const Graph& graph)
{
    for (const Node& node : graph.nodes())
        for (const TensorId t : node.inputs)
            if (t.valid() && graph.tensor(t).is_constant && !graph.tensor(t).data)
                return graph.tensor(t).name;
    return {};
}

namespace
{

void check_inputs(const Graph& graph, std::span<const Value> inputs)
{
    if (inputs.size() != graph.inputs.size())
        throw std::invalid_argument(fmt::format("{} inputs for a network with {}", inputs.size(), graph.inputs.size()));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Tensor& t = graph.tensor(graph.inputs[i]);
        if (!(inputs[i].shape == t.shape) || inputs[i].type() != t.type)
            throw std::invalid_argument(fmt::format("input '{}' is {} {}, expected {} {}", t.name,
                                                    name(inputs[i].type()), inputs[i].shape.text(), name(t.type),
                                                    t.shape.text()));
    }
}

ResultType result_type(const Tensor& t)
{
    return {t.shape, t.type, t.quantisation && t.quantisation->type == t.type ? &*t.quantisation : nullptr};
}

class Run
{
public:
    Run(const Graph& graph, const ValueObserver& observer, const SumProvider& sums)
        : graph_(graph), observer_(observer), sums_(sums), values_(graph.tensors().size()),
          readers_(graph.tensors().size())
    {
        for (std::size_t i = 0; i < graph.tensors().size(); ++i) {
            const TensorId id(i);
            const Tensor& t = graph.tensor(id);
            if (t.is_constant && t.data)
                values_[id] = Value(t.shape, t.data);
            readers_[id] = graph.consumers(id).size() + (t.is_constant || graph.is_output(id) ? 1 : 0);
        }
    }

    void put(TensorId id, Value value)
    {
        if (observer_)
            observer_(id, value);
        if (readers_[id] > 0)
            values_[id] = std::move(value);
    }

    void step(NodeId id)
    {
        const Node& node = graph_.node(id);
        std::vector<Value> operands;
        for (const TensorId t : node.inputs)
            operands.push_back(t.valid() ? values_[t] : Value());
        std::vector<ResultType> results;
        for (const TensorId t : node.outputs)
            results.push_back(t.valid() ? result_type(graph_.tensor(t)) : ResultType{});
        std::vector<Value> out;
        try {
            out = results_of(id, operands, results);
        } catch (const RunError& e) {
            throw RunError(fmt::format("node '{}' ({}): {}", node.name, node.op, e.what()));
        } catch (const std::invalid_argument& e) {
            throw RunError(fmt::format("node '{}' ({}): {}", node.name, node.op, e.what()));
        }
        operands.clear();
        for (std::size_t i = 0; i < out.size(); ++i)
            if (i < node.outputs.size() && node.outputs[i].valid())
                put(node.outputs[i], std::move(out[i]));
        std::vector<TensorId> read = node.inputs;
        std::sort(read.begin(), read.end());
        read.erase(std::unique(read.begin(), read.end()), read.end());
        for (const TensorId t : read)
            if (t.valid() && --readers_[t] == 0)
                values_[t] = Value();
    }

    const Value& value(TensorId id) const { return values_[id]; }

private:
    std::vector<Value> results_of(NodeId id, std::span<const Value> operands, std::span<const ResultType> results) const
    {
        const Node& node = graph_.node(id);
        if (const auto* c = node.as<Contraction>(); c && c->quantised && sums_) {
            if (auto sums = sums_(id, operands, results))
                return {kernel::finished({node, operands, results}, *c, std::move(*sums))};
        }
        return node.quantised ? evaluate_quantised(graph_, node, operands, results) : evaluate(node, operands, results);
    }

    const Graph& graph_;
    const ValueObserver& observer_;
    const SumProvider& sums_;
    IdVector<TensorId, Value> values_;
    IdVector<TensorId, std::size_t> readers_;
};

} // namespace

std::vector<Value> execute(const Graph& graph, std::span<const Value> inputs, const ValueObserver& observer,
                           const SumProvider& sums)
{
    check_inputs(graph, inputs);
    if (const std::string missing = missing_weights(graph); !missing.empty())
        throw ConfigError(graph.name, fmt::format("the weight '{}' has no data, only a shape", missing));
    Run run(graph, observer, sums);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        run.put(graph.inputs[i], inputs[i]);
    for (const NodeId id : graph.topological_order())
        run.step(id);
    std::vector<Value> outputs;
    for (const TensorId t : graph.outputs)
        outputs.push_back(run.value(t));
    return outputs;
}

} // namespace imc
