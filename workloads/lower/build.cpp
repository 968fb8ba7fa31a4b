#include "workloads/lower/build.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "workloads/execute/evaluate.h"
#include "workloads/lower/context.h"
#include "workloads/lower/order.h"
#include "workloads/transform/annotate.h"
#include "workloads/transform/clean.h"
#include "workloads/transform/fold_batch_norm.h"

namespace imc
{

namespace
{

constexpr std::int64_t max_dimension = std::int64_t{1} << 40;
constexpr std::int64_t max_elements = std::int64_t{1} << 50;
constexpr std::int64_t free_bytes = std::int64_t{256}
                                    << 20; // of constants that folding may make beyond what the file holds
constexpr double max_folding_steps = 1e9;

class Builder
{
public:
    Builder(const Model& model, const ImportOptions& options) : model_(model), options_(options) {}

    Import build()
    {
        graph_.name = model_.name;
        add_inputs_and_constants();
        for (const std::size_t i : lower::execution_order(model_, known_))
            add_node(model_.nodes[i]);
        add_outputs();
        return {finished(), std::move(unsupported_)};
    }

private:
    void check_shape(const std::string& place, const std::string& value, const Shape& shape) const
    {
        bool fits = true;
        for (std::size_t i = 0; i < shape.rank(); ++i) {
            if (shape[i] < 0)
                throw ConfigError(place, fmt::format("'{}' has the shape {}", value, shape.text()));
            if (shape[i] == 0 && !options_.allow_empty_tensors)
                throw ConfigError(place, fmt::format("'{}' has the shape {}: no elements", value, shape.text()));
            fits &= shape[i] <= max_dimension;
        }
        try {
            fits = fits && shape.elements() <= max_elements;
        } catch (const std::overflow_error&) {
            fits = false;
        }
        if (!fits)
            throw ConfigError(place, fmt::format("'{}' of shape {} is too large", value, shape.text()));
    }

    TensorId add(const std::string& place, Tensor tensor)
    {
        check_shape(place, tensor.name, tensor.shape);
        const std::string name = tensor.name;
        const TensorId id = graph_.add_tensor(std::move(tensor));
        ids_[name] = id;
        return id;
    }

    void add_constant(const std::string& name, const ModelConstant& c)
    {
        known_.insert(name);
        Tensor t{name, c.shape, c.type, true, c.data, {}};
        given_bytes_ += c.data ? static_cast<double>(c.data->bytes().size()) : 0;
        add(model_.file, std::move(t));
        if (c.shape.rank() > 0 && c.type != ElementType::int64 && c.type != ElementType::boolean)
            graph_.stored_parameters += c.shape.elements();
    }

    Shape bound_shape(const ModelValue& v) const
    {
        if (!v.type || !v.dims)
            throw ConfigError(model_.file,
                              fmt::format("input '{}' has no shape, or a type that is not supported", v.name));
        Shape shape;
        for (std::size_t i = 0; i < v.dims->size(); ++i) {
            Dim d = (*v.dims)[i];
            if (d.value < 0) {
                d.symbol = lower::symbol_of(v, i);
                const auto it = options_.dimensions.find(d.symbol);
                d.value = it == options_.dimensions.end() ? 1 : it->second;
            }
            shape.push_back(std::move(d));
        }
        return shape;
    }

    void add_inputs_and_constants()
    {
        for (const std::string& name : options_.inputs)
            if (std::none_of(model_.inputs.begin(), model_.inputs.end(), [&](const auto& v) { return v.name == name; }))
                throw ConfigError(model_.file, fmt::format("has no input named '{}'", name));
        const std::set<std::string> weights = lower::weight_inputs(model_, options_.inputs);
        for (const auto& [name, constant] : model_.constants)
            add_constant(name, constant);
        for (const ModelValue& v : model_.inputs) {
            if (const auto it = options_.fixed.find(v.name); it != options_.fixed.end()) {
                add_constant(v.name, {it->second.type(), it->second.shape, it->second.data});
            } else if (weights.contains(v.name)) {
                add_constant(v.name, {v.type.value_or(ElementType::float32), bound_shape(v), nullptr});
            } else {
                known_.insert(v.name);
                graph_.inputs.push_back(add(model_.file, {v.name, bound_shape(v), *v.type, false, nullptr, {}}));
            }
        }
    }

    void add_node(const ModelNode& node)
    {
        const std::string place = lower::place_of(model_, node);
        if (node.outputs.empty() || (node.outputs[0].empty() && node.op != "Split"))
            throw ConfigError(place, "its first output has no name");
        const lower::Operator* op = node.domain.empty() ? lower::find_operator(node.op) : nullptr;
        if (!op)
            return refuse(node, node.domain.empty()
                                    ? "operator is not supported"
                                    : fmt::format("operators of the domain '{}' are not supported", node.domain));
        if (model_.opset < op->since)
            return refuse(node, fmt::format("its definition in opset {} is not supported, only from {} on",
                                            model_.opset, op->since));
        std::vector<TensorId> inputs;
        for (const std::string& in : node.inputs) {
            inputs.push_back(in.empty() ? TensorId() : ids_.at(in));
            if (!in.empty() && unknown_.contains(in))
                return forget_outputs(node);
        }
        try {
            const lower::Context context(graph_, node, inputs, model_.opset, place);
            lower::Lowered lowered = op->lower(context);
            if (lowered.results.size() < node.outputs.size() &&
                std::any_of(node.outputs.begin() + static_cast<std::ptrdiff_t>(lowered.results.size()),
                            node.outputs.end(), [](const std::string& o) { return !o.empty(); }))
                throw lower::Unsupported{fmt::format("its output {} is not computed", lowered.results.size())};
            place_results(node, place, inputs, lowered);
        } catch (const lower::Unsupported& u) {
            refuse(node, u.why);
        } catch (const std::overflow_error& e) {
            throw ConfigError(place, e.what());
        }
    }

    void refuse(const ModelNode& node, const std::string& why)
    {
        const std::string name = !node.name.empty() ? node.name : node.outputs.empty() ? "" : node.outputs[0];
        unsupported_.push_back({name, node.op, why});
        forget_outputs(node);
    }

    /// Outputs whose shape the file does not declare either cannot be followed further.
    void forget_outputs(const ModelNode& node)
    {
        for (const std::string& out : node.outputs) {
            if (out.empty())
                continue;
            Tensor t;
            t.name = out;
            const auto it = model_.values.find(out);
            if (it != model_.values.end() && it->second.type && it->second.dims) {
                t.shape = bound_shape(it->second);
                t.type = *it->second.type;
            } else {
                unknown_.insert(out);
            }
            add(model_.file, std::move(t));
        }
    }

    void place_results(const ModelNode& node, const std::string& place, const std::vector<TensorId>& inputs,
                       lower::Lowered& lowered)
    {
        const auto is_constant = [&](TensorId t) { return !t.valid() || graph_.tensor(t).is_constant; };
        const auto has_data = [&](TensorId t) { return !t.valid() || graph_.tensor(t).data; };
        const bool known = std::all_of(lowered.results.begin(), lowered.results.end(),
                                       [](const auto& r) { return r.constant.has_value(); });
        if (!known && std::all_of(inputs.begin(), inputs.end(), is_constant)) {
            const bool data = std::all_of(inputs.begin(), inputs.end(), has_data);
            if (!data || affordable(inputs, lowered))
                return add_folded(node, place, inputs, lowered, data);
        }
        for (const lower::Result& r : lowered.results)
            made_bytes_ +=
                r.constant && node.op != "Constant" ? static_cast<double>(r.constant->data->bytes().size()) : 0;
        if (made_bytes_ > static_cast<double>(free_bytes) + 4 * given_bytes_)
            throw lower::Unsupported{"the constants made by the network's nodes are too large"};
        const Move* move = std::get_if<Move>(&lowered.kind);
        const bool alias = move && move->function == Move::Function::identity && !known;
        std::vector<TensorId> outputs;
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            // The parts of a Split that nobody reads are parts all the same.
            const bool part = move && move->function == Move::Function::split && node.outputs[i].empty();
            if ((node.outputs[i].empty() && !part) || i >= lowered.results.size()) {
                outputs.push_back(TensorId());
                continue;
            }
            const lower::Result& r = lowered.results[i];
            if (part) {
                outputs.push_back(
                    graph_.add_tensor({fmt::format("{}_part{}", node.name, i), r.shape, r.type, false, nullptr, {}}));
                continue;
            }
            if (alias && i == 0) {
                ids_[node.outputs[0]] = inputs[0];
                continue;
            }
            Tensor t{node.outputs[i], r.shape, r.type, r.constant.has_value(), nullptr, {}};
            if (r.constant)
                t.data = r.constant->data;
            outputs.push_back(add(place, std::move(t)));
        }
        if (known || alias)
            return;
        if (auto* c = std::get_if<Contraction>(&lowered.kind))
            c->result = outputs.at(0);
        graph_.add_node({unique_name(node), node.op, inputs, outputs, std::move(lowered.kind)});
    }

    /// Folding must not turn a small file into large constants or long computations.
    bool affordable(const std::vector<TensorId>& inputs, const lower::Lowered& lowered)
    {
        double given = 0, made = 0, bytes = 0;
        for (const TensorId t : inputs)
            given += t.valid() ? static_cast<double>(graph_.tensor(t).shape.elements()) : 0;
        for (const lower::Result& r : lowered.results) {
            made += static_cast<double>(r.shape.elements());
            bytes += static_cast<double>(r.shape.elements()) * static_cast<double>(byte_size(r.type));
        }
        double steps = given + made;
        if (const auto* c = std::get_if<Contraction>(&lowered.kind))
            steps += static_cast<double>(c->macs());
        if (const auto* r = std::get_if<Reduce>(&lowered.kind); r && r->window)
            steps += made * static_cast<double>(std::min(r->window->kernel_points(), r->window->input_points()));
        if (steps > max_folding_steps || made_bytes_ + bytes > static_cast<double>(free_bytes) + 4 * given_bytes_)
            return false;
        made_bytes_ += bytes;
        folding_steps_ += steps;
        return folding_steps_ <= 4 * max_folding_steps;
    }

    void add_folded(const ModelNode& node, const std::string& place, const std::vector<TensorId>& inputs,
                    lower::Lowered& lowered, bool data)
    {
        std::vector<Value> values;
        if (data) {
            std::vector<Value> operands;
            for (const TensorId t : inputs)
                operands.push_back(t.valid() ? Value(graph_.tensor(t).shape, graph_.tensor(t).data) : Value());
            std::vector<ResultType> results;
            for (const lower::Result& r : lowered.results)
                results.push_back({r.shape, r.type});
            try {
                values = evaluate({node.name, node.op, inputs, {}, lowered.kind}, operands, results);
            } catch (const std::exception& e) { // out-of-range indices, scales that are not numbers
                throw ConfigError(place, e.what());
            }
        }
        for (std::size_t i = 0; i < node.outputs.size() && i < lowered.results.size(); ++i) {
            if (node.outputs[i].empty())
                continue;
            const lower::Result& r = lowered.results[i];
            Tensor t{node.outputs[i],
                     r.shape,
                     r.type,
                     true,
                     r.constant ? r.constant->data : data ? values[i].data : nullptr,
                     {}};
            if (const auto* e = std::get_if<Elementwise>(&lowered.kind);
                e && e->function == Elementwise::Function::dequantize)
                t.quantisation = quantisation_of(graph_, inputs, *e);
            add(place, std::move(t));
        }
    }

    std::string unique_name(const ModelNode& node)
    {
        std::string name = node.name.empty() ? fmt::format("{}_{}", node.op, graph_.nodes().size()) : node.name;
        for (int i = 1; graph_.find_node(name).valid(); ++i)
            name = fmt::format("{}_{}", node.name.empty() ? node.op : node.name, i);
        return name;
    }

    void add_outputs()
    {
        for (const ModelValue& out : model_.outputs) {
            const auto it = ids_.find(out.name);
            if (it == ids_.end())
                throw ConfigError(model_.file, fmt::format("output '{}' is produced by no node", out.name));
            if (unknown_.contains(out.name))
                continue;
            graph_.outputs.push_back(named_output(out.name, it->second));
        }
    }

    /// An output that an Identity took from elsewhere keeps the name the file declares for it.
    TensorId named_output(const std::string& name, TensorId id)
    {
        if (graph_.tensor(id).name == name)
            return id;
        if (graph_.producer(id).valid() && !graph_.is_output(id) &&
            std::none_of(model_.outputs.begin(), model_.outputs.end(),
                         [&](const auto& o) { return o.name == graph_.tensor(id).name; })) {
            graph_.tensor(id).name = name;
            return id;
        }
        Tensor copy = graph_.tensor(id);
        copy.name = name;
        if (copy.is_constant)
            return graph_.add_tensor(std::move(copy));
        const TensorId output = graph_.add_tensor(std::move(copy));
        ModelNode node;
        node.op = "Identity";
        graph_.add_node({unique_name(node), "Identity", {id}, {output}, Move{}});
        return output;
    }

    Graph finished()
    {
        annotate_quantisation(graph_);
        Graph graph = options_.fold_batch_norm ? fold_batch_norm(graph_) : std::move(graph_);
        return unsupported_.empty() ? without_dead_nodes(graph) : graph;
    }

    const Model& model_;
    const ImportOptions& options_;
    Graph graph_;
    std::map<std::string, TensorId> ids_;
    std::set<std::string> known_;   ///< inputs and constants
    std::set<std::string> unknown_; ///< values without a shape
    std::vector<UnsupportedNode> unsupported_;
    double given_bytes_ = 0, made_bytes_ = 0, folding_steps_ = 0;
};

} // namespace

Import build_graph(const Model& model, const ImportOptions& options)
{
    try {
        return Builder(model, options).build();
    } catch (const std::overflow_error& e) {
        throw ConfigError(model.file, e.what());
    }
}

} // namespace imc
