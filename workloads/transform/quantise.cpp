#include "workloads/transform/quantise.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "workloads/execute/execute.h"
#include "workloads/execute/quantised.h"
#include "workloads/transform/clean.h"
#include "workloads/transform/quantised_nodes.h"

namespace imc
{

namespace
{

using F = Elementwise::Function;

ElementType storage(int bits, bool is_signed)
{
    if (bits <= 8)
        return is_signed ? ElementType::int8 : ElementType::uint8;
    return is_signed ? ElementType::int16 : ElementType::uint16;
}

double single(double scale) { return static_cast<double>(static_cast<float>(scale)); }

Quantisation symmetric(double largest, int bits)
{
    const double top = static_cast<double>((1 << (bits - 1)) - 1);
    const double scale = single(largest / top);
    return {storage(bits, true), bits, {scale > 0 && std::isfinite(scale) ? scale : 1.0}, {0}, -1};
}

Quantisation for_range(const ValueRange& range, int bits)
{
    if (range.low < 0)
        return symmetric(std::max(-range.low, range.high), bits);
    const double scale = single(range.high / static_cast<double>((1 << bits) - 1));
    return {storage(bits, false), bits, {scale > 0 && std::isfinite(scale) ? scale : 1.0}, {0}, -1};
}

class Quantiser
{
public:
    Quantiser(const Graph& graph, const ValueRanges& ranges, const QuantiseOptions& options)
        : from_(graph), ranges_(ranges), options_(options), integer_(graph.tensors().size()),
          plain_(graph.tensors().size())
    {
        to_.name = graph.name;
        to_.stored_parameters = graph.stored_parameters;
    }

    Graph run()
    {
        for (const TensorId id : from_.inputs) {
            plain_[id] = to_.add_tensor(from_.tensor(id));
            to_.inputs.push_back(plain_[id]);
            if (is_floating(from_.tensor(id).type))
                add_quantize(id);
        }
        for (const NodeId id : from_.topological_order())
            if (!absorbed_.contains(id))
                add(id);
        for (const TensorId id : from_.outputs)
            to_.outputs.push_back(is_floating(from_.tensor(id).type) ? add_dequantize(id) : plain(id));
        return without_dead_nodes(to_);
    }

private:
    void add_quantize(TensorId id)
    {
        const Quantisation q = for_range(ranges_[id], options_.activation_bits);
        const std::string name = from_.tensor(id).name;
        integer_[id] = add_integer(id, name + "_quantized", q);
        to_.add_node({free_name(name + "_quantize"),
                      "QuantizeLinear",
                      {plain_[id], add_scale(to_, name + "_scale", q), add_zero_point(to_, name + "_zero_point", q)},
                      {integer_[id]},
                      Elementwise{F::quantize, 0, 0, 1, 1}});
    }

    TensorId add_dequantize(TensorId id)
    {
        const TensorId in = integer(id);
        const Quantisation q = *to_.tensor(in).quantisation;
        const std::string name = from_.tensor(id).name;
        Tensor t = from_.tensor(id);
        t.is_constant = false;
        t.data = nullptr;
        const TensorId out = to_.add_tensor(std::move(t));
        to_.add_node({free_name(name + "_dequantize"),
                      "DequantizeLinear",
                      {in, add_scale(to_, name + "_scale", q), add_zero_point(to_, name + "_zero_point", q)},
                      {out},
                      Elementwise{F::dequantize, 0, 0, 1, 1}});
        return out;
    }

    std::string free_name(const std::string& wanted) const
    {
        std::string name = wanted;
        for (int i = 1; to_.find_node(name).valid() || from_.find_node(name).valid(); ++i)
            name = fmt::format("{}_{}", wanted, i);
        return name;
    }

    TensorId add_integer(TensorId id, const std::string& name, const Quantisation& q)
    {
        Tensor t = from_.tensor(id);
        t.name = name;
        t.type = q.type;
        t.quantisation = q;
        t.data = nullptr;
        return to_.add_tensor(std::move(t));
    }

    const TensorData& data_of(TensorId id) const
    {
        const Tensor& t = from_.tensor(id);
        if (!t.data)
            throw ConfigError(from_.name, fmt::format("the weight '{}' has no data, only a shape", t.name));
        return *t.data;
    }

    /// A constant as integers of the given quantisation.
    TensorId constant(TensorId id, const Quantisation& q)
    {
        const Tensor& t = from_.tensor(id);
        const TensorId out = add_integer(id, t.name, q);
        to_.tensor(out).data = quantised(t.shape, Value(t.shape, t.data).to_reals(), q).data;
        return out;
    }

    TensorId integer(TensorId id)
    {
        if (!integer_[id].valid()) { // only constants have not been made by an earlier node
            double largest = 0;
            const TensorData& data = data_of(id);
            for (std::int64_t i = 0; i < data.elements(); ++i)
                largest = std::max(largest, std::abs(data.real(i)));
            integer_[id] = constant(id, symmetric(largest, std::max(options_.activation_bits, 8)));
        }
        return integer_[id];
    }

    TensorId plain(TensorId id)
    {
        if (id.valid() && !plain_[id].valid())
            plain_[id] = to_.add_tensor(from_.tensor(id));
        return id.valid() ? plain_[id] : id;
    }

    /// The tensor whose range and name a node's result takes: that of a ReLU right behind it if there is one.
    TensorId result_of(NodeId id)
    {
        const TensorId own = from_.node(id).outputs[0];
        const Node& node = from_.node(id);
        const auto* e = node.as<Elementwise>();
        const bool saturates =
            node.as<Contraction>() || (e && (e->function == F::add || e->function == F::sub || e->function == F::mul));
        if (!saturates || from_.is_output(own) || from_.consumers(own).size() != 1)
            return own;
        const NodeId next = from_.consumers(own)[0];
        const auto* relu = from_.node(next).as<Elementwise>();
        if (!relu ||
            !(relu->function == F::relu || (relu->function == F::clip && relu->operands == 1 && relu->alpha == 0)))
            return own;
        absorbed_.insert(next);
        return from_.node(next).outputs[0];
    }

    void add(NodeId id)
    {
        const Node& node = from_.node(id);
        const bool real = std::all_of(node.outputs.begin(), node.outputs.end(),
                                      [&](TensorId t) { return !t.valid() || is_floating(from_.tensor(t).type); });
        if (!real) { // masks, indices: as they are
            Node copy = node;
            for (TensorId& t : copy.inputs)
                t = is_real(t) ? add_dequantize(t) : plain(t);
            for (TensorId& t : copy.outputs)
                t = plain(t);
            to_.add_node(std::move(copy));
            return;
        }
        if (const auto* c = node.as<Contraction>())
            return add_contraction(id, *c);
        add_other(id);
    }

    bool is_real(TensorId t) const { return t.valid() && is_floating(from_.tensor(t).type); }

    void add_other(NodeId id)
    {
        const Node& node = from_.node(id);
        Node copy = node;
        copy.quantised = true;
        for (TensorId& t : copy.inputs)
            t = is_real(t) ? integer(t) : plain(t);
        if (auto* e = copy.as<Elementwise>(); e && e->function == F::clip && e->operands == 1)
            copy.inputs.resize(1);
        const auto* m = node.as<Move>();
        const auto* r = node.as<Reduce>();
        const bool keeps = (m && m->function != Move::Function::concat && m->function != Move::Function::cast) ||
                           (r && r->window && r->function == Reduce::Function::max);
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            if (!node.outputs[i].valid())
                continue;
            const TensorId result = i == 0 ? result_of(id) : node.outputs[i];
            const Quantisation q =
                keeps ? *to_.tensor(copy.inputs[0]).quantisation : for_range(ranges_[result], options_.activation_bits);
            copy.outputs[i] = integer_[result] = add_integer(result, integer_name(result), q);
        }
        to_.add_node(std::move(copy));
    }

    /// Outputs keep their names for the floats that leave the network.
    std::string integer_name(TensorId id) const
    {
        return from_.tensor(id).name + (from_.is_output(id) ? "_quantized" : "");
    }

    void add_contraction(NodeId id, const Contraction& c)
    {
        const Node& node = from_.node(id);
        if (c.quantised)
            throw ConfigError(from_.name, fmt::format("node '{}' ({}) is quantised already", node.name, node.op));
        const TensorId result = result_of(id);
        const TensorId moving = integer(c.moving);
        const Quantisation x = *to_.tensor(moving).quantisation;
        const TensorId stationary = from_.tensor(c.stationary).is_constant ? weights(c) : integer(c.stationary);
        Quantisation w = *to_.tensor(stationary).quantisation;
        for (double& s : w.scale)
            s = single(s * c.alpha);
        TensorId bias;
        if (c.bias.valid())
            bias = quantised_bias(node, c, x, w);
        const Quantisation y = for_range(ranges_[result], options_.activation_bits);
        const TensorId out = integer_[result] = add_integer(result, integer_name(result), y);
        to_.add_node(quantised_contraction(to_, node, c, {moving, stationary, bias, out}, {x, w, y}));
    }

    TensorId weights(const Contraction& c)
    {
        const Tensor& t = from_.tensor(c.stationary);
        const TensorData& data = data_of(c.stationary);
        const bool per_channel = options_.per_channel && !c.stationary_batched && t.shape.rank() >= 2;
        const std::int64_t channels = per_channel ? c.groups * c.n : 1;
        std::vector<double> largest(static_cast<std::size_t>(channels), 0.0);
        for (std::int64_t i = 0; i < data.elements(); ++i) {
            const std::int64_t channel = !per_channel ? 0 : c.stationary_transposed ? i / c.k : i % c.n;
            double& top = largest[static_cast<std::size_t>(channel)];
            top = std::max(top, std::abs(data.real(i)));
        }
        Quantisation q = symmetric(0, options_.weight_bits);
        q.scale.clear();
        for (const double top : largest)
            q.scale.push_back(symmetric(top, options_.weight_bits).scale[0]);
        q.zero_point.assign(q.scale.size(), 0);
        const auto last = static_cast<int>(t.shape.rank()) - 1;
        q.axis = !per_channel ? -1 : c.window() ? 0 : c.stationary_transposed ? last - 1 : last;
        return constant(c.stationary, q);
    }

    TensorId quantised_bias(const Node& node, const Contraction& c, const Quantisation& x, const Quantisation& w)
    {
        const Tensor& t = from_.tensor(c.bias);
        const std::int64_t channels = c.groups * c.n;
        if (!t.is_constant || t.shape.elements() != channels ||
            (t.shape.rank() > 1 && t.shape[t.shape.rank() - 1] != channels))
            throw RunError(fmt::format("node '{}' ({}): a bias of shape {} cannot be quantised, expected {} constants",
                                       node.name, node.op, t.shape.text(), channels));
        Quantisation q{ElementType::int32, 32, {}, {}, w.scale.size() > 1 ? static_cast<int>(t.shape.rank()) - 1 : -1};
        for (const double s : w.scale)
            q.scale.push_back(single(x.scale[0] * s));
        q.zero_point.assign(q.scale.size(), 0);
        std::vector<double> reals =
            Value(t.shape, std::shared_ptr<const TensorData>(from_.tensor(c.bias).data, &data_of(c.bias))).to_reals();
        for (double& r : reals)
            r *= c.beta;
        const TensorId out = add_integer(c.bias, t.name, q);
        to_.tensor(out).data = quantised(t.shape, reals, q).data;
        return out;
    }

    const Graph& from_;
    const ValueRanges& ranges_;
    const QuantiseOptions& options_;
    Graph to_;
    IdVector<TensorId, TensorId> integer_; ///< of a float tensor: its integers in the new graph
    IdVector<TensorId, TensorId> plain_;   ///< tensors taken over as they are
    std::set<NodeId> absorbed_;            ///< activations that became saturation
};

} // namespace

Graph quantise(const Graph& graph, const ValueRanges& ranges, const QuantiseOptions& options)
{
    for (const int bits : {options.weight_bits, options.activation_bits})
        if (bits < 2 || bits > 16)
            throw std::invalid_argument(fmt::format("quantisation to {} bits, expected 2 to 16", bits));
    if (ranges.size() != graph.tensors().size())
        throw std::invalid_argument("the ranges are of another graph");
    return Quantiser(graph, ranges, options).run();
}

} // namespace imc
