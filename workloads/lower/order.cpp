#include "workloads/lower/order.h"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc::lower
{

std::string place_of(const Model& model, const ModelNode& node)
{
    const std::string name = !node.name.empty()      ? fmt::format("'{}'", node.name)
                             : !node.outputs.empty() ? fmt::format("producing '{}'", node.outputs[0])
                                                     : "without name";
    return fmt::format("{}: node {} ({})", model.file, name, node.op);
}

std::string symbol_of(const ModelValue& value, std::size_t axis)
{
    const std::string& symbol = value.dims.value()[axis].symbol;
    return symbol.empty() ? fmt::format("{}.{}", value.name, axis) : symbol;
}

std::vector<std::size_t> execution_order(const Model& model, const std::set<std::string>& known)
{
    std::map<std::string, std::size_t> producer;
    for (std::size_t i = 0; i < model.nodes.size(); ++i)
        for (const std::string& out : model.nodes[i].outputs) {
            if (out.empty())
                continue;
            if (known.contains(out) || !producer.emplace(out, i).second)
                throw ConfigError(place_of(model, model.nodes[i]),
                                  fmt::format("produces '{}', which exists already", out));
        }
    std::vector<std::size_t> waiting(model.nodes.size(), 0);
    std::vector<std::vector<std::size_t>> readers(model.nodes.size());
    for (std::size_t i = 0; i < model.nodes.size(); ++i)
        for (const std::string& in : model.nodes[i].inputs) {
            if (in.empty() || known.contains(in))
                continue;
            const auto it = producer.find(in);
            if (it == producer.end())
                throw ConfigError(place_of(model, model.nodes[i]),
                                  fmt::format("reads '{}', which nothing produces", in));
            ++waiting[i];
            readers[it->second].push_back(i);
        }
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t i = 0; i < waiting.size(); ++i)
        if (waiting[i] == 0)
            ready.push(i);
    std::vector<std::size_t> order;
    while (!ready.empty()) {
        const std::size_t i = ready.top();
        ready.pop();
        order.push_back(i);
        for (const std::size_t r : readers[i])
            if (--waiting[r] == 0)
                ready.push(r);
    }
    if (order.size() < model.nodes.size()) {
        const auto at = std::find_if(waiting.begin(), waiting.end(), [](std::size_t w) { return w > 0; });
        throw ConfigError(place_of(model, model.nodes[static_cast<std::size_t>(at - waiting.begin())]),
                          "is part of a cycle, or waits for one");
    }
    return order;
}

std::set<std::string> weight_inputs(const Model& model, const std::vector<std::string>& named_inputs)
{
    std::set<std::string> weights;
    if (!named_inputs.empty()) {
        for (const ModelValue& v : model.inputs)
            if (std::find(named_inputs.begin(), named_inputs.end(), v.name) == named_inputs.end())
                weights.insert(v.name);
        return weights;
    }
    // Operands that are weights in any network one can think of.
    static const std::map<std::string, std::pair<std::size_t, std::size_t>> slots{
        {"Conv", {1, 3}}, {"Gemm", {1, 3}}, {"BatchNormalization", {1, 5}}, {"LayerNormalization", {1, 3}}};
    std::set<std::string> inputs;
    for (std::size_t i = 1; i < model.inputs.size(); ++i)
        inputs.insert(model.inputs[i].name);
    for (const ModelNode& node : model.nodes)
        if (const auto it = slots.find(node.op); it != slots.end())
            for (std::size_t i = it->second.first; i < std::min(node.inputs.size(), it->second.second); ++i)
                if (inputs.contains(node.inputs[i]))
                    return inputs;
    return {};
}

} // namespace imc::lower
