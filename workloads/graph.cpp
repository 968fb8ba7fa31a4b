#include "workloads/graph.h"

#include <algorithm>
#include <queue>
#include <stdexcept>

#include <fmt/format.h>

#include "workloads/checked.h"

namespace imc
{

TensorId Graph::add_tensor(Tensor tensor)
{
    producers_.push_back(NodeId());
    consumers_.push_back({});
    return tensors_.push_back(std::move(tensor));
}

NodeId Graph::add_node(Node node)
{
    const NodeId id(nodes_.size());
    if (node_names_.contains(node.name))
        throw std::invalid_argument(fmt::format("two nodes named '{}'", node.name));
    node_names_.emplace(node.name, id);
    nodes_.push_back(std::move(node));
    connect(id);
    return id;
}

void Graph::connect(NodeId id)
{
    const Node& node = nodes_[id];
    for (const TensorId t : node.inputs) {
        if (!t.valid())
            continue;
        auto& list = consumers_.at(t);
        const auto at = std::lower_bound(list.begin(), list.end(), id);
        if (at == list.end() || *at != id)
            list.insert(at, id);
    }
    for (const TensorId t : node.outputs) {
        if (!t.valid())
            continue;
        if (producers_.at(t).valid() || tensors_[t].is_constant ||
            std::find(inputs.begin(), inputs.end(), t) != inputs.end())
            throw std::invalid_argument(
                fmt::format("tensor '{}' is produced by '{}' and from elsewhere", tensors_[t].name, node.name));
        producers_[t] = id;
    }
}

void Graph::disconnect(NodeId id)
{
    const Node& node = nodes_[id];
    for (const TensorId t : node.inputs)
        if (t.valid())
            std::erase(consumers_[t], id);
    for (const TensorId t : node.outputs)
        if (t.valid())
            producers_[t] = NodeId();
}

void Graph::replace_node(NodeId id, Node node)
{
    if (node.name != nodes_.at(id).name) {
        if (node_names_.contains(node.name))
            throw std::invalid_argument(fmt::format("two nodes named '{}'", node.name));
        node_names_.erase(nodes_[id].name);
        node_names_.emplace(node.name, id);
    }
    disconnect(id);
    nodes_[id] = std::move(node);
    connect(id);
}

void Graph::redirect(TensorId from, TensorId to)
{
    const std::vector<NodeId> readers = consumers_.at(from);
    for (const NodeId id : readers) {
        disconnect(id);
        Node& node = nodes_[id];
        std::replace(node.inputs.begin(), node.inputs.end(), from, to);
        if (Contraction* c = node.as<Contraction>())
            for (TensorId* t : {&c->moving, &c->stationary, &c->bias})
                if (*t == from)
                    *t = to;
        connect(id);
    }
    std::replace(outputs.begin(), outputs.end(), from, to);
}

bool Graph::is_output(TensorId id) const { return std::find(outputs.begin(), outputs.end(), id) != outputs.end(); }

TensorId Graph::find_tensor(const std::string& tensor_name) const
{
    for (std::size_t i = 0; i < tensors_.size(); ++i)
        if (tensors_[TensorId(i)].name == tensor_name)
            return TensorId(i);
    return {};
}

NodeId Graph::find_node(const std::string& node_name) const
{
    const auto it = node_names_.find(node_name);
    return it == node_names_.end() ? NodeId() : it->second;
}

std::vector<NodeId> Graph::topological_order() const
{
    IdVector<NodeId, int> waiting(nodes_.size());
    std::priority_queue<NodeId, std::vector<NodeId>, std::greater<>> ready;
    std::vector<NodeId> order;
    order.reserve(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const NodeId id(i);
        for (const TensorId t : nodes_[id].inputs)
            if (t.valid() && producers_[t].valid())
                ++waiting[id];
        if (waiting[id] == 0)
            ready.push(id);
    }
    while (!ready.empty()) {
        const NodeId id = ready.top();
        ready.pop();
        order.push_back(id);
        for (const TensorId t : nodes_[id].outputs) {
            if (!t.valid())
                continue;
            for (const NodeId reader : consumers_[t]) {
                const auto& in = nodes_[reader].inputs;
                waiting[reader] -= static_cast<int>(std::count(in.begin(), in.end(), t));
                if (waiting[reader] == 0)
                    ready.push(reader);
            }
        }
    }
    if (order.size() != nodes_.size())
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (waiting[NodeId(i)] > 0)
                throw std::logic_error(fmt::format("node '{}' waits for a cycle", nodes_[NodeId(i)].name));
    return order;
}

namespace
{

/// Every place in a node that holds a tensor id.
template <class F> void for_each_tensor(Node& node, F f)
{
    for (TensorId& t : node.inputs)
        f(t);
    for (TensorId& t : node.outputs)
        f(t);
    if (Contraction* c = node.as<Contraction>()) {
        for (TensorId* t : {&c->moving, &c->stationary, &c->bias, &c->result})
            f(*t);
        if (c->quantised) {
            QuantisedOperands& q = *c->quantised;
            for (TensorId* t : {&q.moving_scale, &q.moving_zero_point, &q.stationary_scale, &q.stationary_zero_point,
                                &q.result_scale, &q.result_zero_point})
                f(*t);
        }
        if (RowIndex* r = std::get_if<RowIndex>(&c->gather)) {
            f(r->offsets);
            f(r->columns);
        }
    }
}

} // namespace

Graph Graph::without(const std::vector<NodeId>& dropped) const
{
    IdVector<NodeId, char> gone(nodes_.size());
    for (const NodeId id : dropped)
        gone.at(id) = 1;
    const std::vector<NodeId> order = topological_order();

    IdVector<TensorId, char> used(tensors_.size());
    const auto use = [&](const TensorId t) {
        if (t.valid())
            used.at(t) = 1;
    };
    std::for_each(inputs.begin(), inputs.end(), use);
    std::for_each(outputs.begin(), outputs.end(), use);
    std::vector<Node> kept;
    for (const NodeId id : order)
        if (!gone[id]) {
            kept.push_back(nodes_[id]);
            for_each_tensor(kept.back(), use);
        }

    Graph result;
    result.name = name;
    result.stored_parameters = stored_parameters;
    IdVector<TensorId, TensorId> renamed(tensors_.size());
    for (std::size_t i = 0; i < tensors_.size(); ++i)
        if (used[TensorId(i)])
            renamed[TensorId(i)] = result.add_tensor(tensors_[TensorId(i)]);
    for (const TensorId t : inputs)
        result.inputs.push_back(renamed[t]);
    for (const TensorId t : outputs)
        result.outputs.push_back(renamed[t]);
    for (Node& node : kept) {
        for_each_tensor(node, [&](TensorId& t) { t = t.valid() ? renamed[t] : t; });
        result.add_node(std::move(node));
    }
    return result;
}

namespace
{

std::int64_t constant_elements(const Graph& graph, TensorId id)
{
    return id.valid() && graph.tensor(id).is_constant ? graph.tensor(id).shape.elements() : 0;
}

std::int64_t parameters_of(const Graph& graph, const Node& node)
{
    if (const Contraction* c = node.as<Contraction>())
        return checked_add(constant_elements(graph, c->moving),
                           checked_add(constant_elements(graph, c->stationary), constant_elements(graph, c->bias)));
    if (const Elementwise* e = node.as<Elementwise>();
        e && (e->function == Elementwise::Function::quantize || e->function == Elementwise::Function::dequantize))
        return 0;
    std::int64_t sum = 0;
    for (const TensorId t : node.inputs)
        if (t.valid() && graph.tensor(t).shape.rank() > 0 && is_floating(graph.tensor(t).type))
            sum = checked_add(sum, constant_elements(graph, t));
    return sum;
}

} // namespace

std::vector<LayerSummary> layers(const Graph& graph)
{
    std::vector<LayerSummary> out;
    for (const NodeId id : graph.topological_order())
        if (const Node& node = graph.node(id); const Contraction* c = node.as<Contraction>())
            out.push_back(
                {id, node.name, node.op, c->macs(), parameters_of(graph, node), graph.tensor(c->result).shape});
    return out;
}

std::int64_t macs(const Graph& graph)
{
    std::int64_t sum = 0;
    for (const Node& node : graph.nodes())
        if (const Contraction* c = node.as<Contraction>())
            sum = checked_add(sum, c->macs());
    return sum;
}

std::int64_t parameters(const Graph& graph)
{
    std::int64_t sum = 0;
    for (const Node& node : graph.nodes())
        sum = checked_add(sum, parameters_of(graph, node));
    return sum;
}

} // namespace imc
