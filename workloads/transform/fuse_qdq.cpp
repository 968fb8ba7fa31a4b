#include "workloads/transform/fuse_qdq.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "workloads/execute/quantised.h"
#include "workloads/transform/clean.h"
#include "workloads/transform/quantised_nodes.h"

namespace imc
{

namespace
{

using F = Elementwise::Function;

bool is(const Node& node, F function)
{
    const auto* e = node.as<Elementwise>();
    return e && e->function == function && !node.quantised;
}

class Fuser
{
public:
    explicit Fuser(const Graph& graph) : graph_(graph) {}

    Graph run()
    {
        for (const NodeId id : graph_.topological_order()) {
            const Node& node = graph_.node(id);
            if (node.quantised || is(node, F::quantize) || is(node, F::dequantize) || node.outputs.size() != 1)
                continue;
            const auto* c = node.as<Contraction>();
            if (c && c->quantised)
                continue;
            if (const auto end = quantised_result(node.outputs[0]))
                c ? fuse_contraction(id, *c, *end) : fuse_other(id, *end);
        }
        return without_dead_nodes(graph_.without(dropped_));
    }

private:
    struct End {
        TensorId result;           ///< the integers
        std::vector<NodeId> nodes; ///< saturation and QuantizeLinear, which the fused node replaces
    };

    std::optional<NodeId> only_reader(TensorId id) const
    {
        if (graph_.is_output(id) || graph_.consumers(id).size() != 1)
            return std::nullopt;
        return graph_.consumers(id)[0];
    }

    /// True if the function changes nothing but what the quantised range cuts off anyway.
    bool saturates(const Node& node, const Quantisation& q) const
    {
        const auto* e = node.as<Elementwise>();
        if (!e || e->operands != 1)
            return false;
        const auto [low, high] = integer_range(q);
        const double bottom = q.scale[0] * static_cast<double>(low - q.zero_point[0]);
        const double top = q.scale[0] * static_cast<double>(high - q.zero_point[0]);
        const double slack = 0.5 * q.scale[0];
        if (e->function == F::relu)
            return bottom == 0;
        return e->function == F::clip && std::abs(e->alpha - bottom) < slack * 1e-3 && e->beta >= top - slack * 1e-3;
    }

    std::optional<End> quantised_result(TensorId id) const
    {
        End end;
        for (int steps = 0; steps < 3; ++steps) {
            const auto reader = only_reader(id);
            if (!reader)
                return std::nullopt;
            const Node& node = graph_.node(*reader);
            end.nodes.push_back(*reader);
            if (is(node, F::quantize)) {
                end.result = node.outputs[0];
                const auto& q = graph_.tensor(end.result).quantisation;
                if (!q || q->scale.size() != 1 || node.inputs[0] != id)
                    return std::nullopt;
                for (std::size_t i = 0; i + 1 < end.nodes.size(); ++i)
                    if (!saturates(graph_.node(end.nodes[i]), *q))
                        return std::nullopt;
                return end;
            }
            if (!node.as<Elementwise>() || node.outputs.size() != 1)
                return std::nullopt;
            id = node.outputs[0];
        }
        return std::nullopt;
    }

    /// The integers that a float operand stands for: behind a DequantizeLinear, or a constant that came from one.
    TensorId integers(TensorId id)
    {
        const NodeId producer = graph_.producer(id);
        if (producer.valid() && is(graph_.node(producer), F::dequantize)) {
            const TensorId in = graph_.node(producer).inputs[0];
            if (!graph_.tensor(in).quantisation)
                graph_.tensor(in).quantisation = from_dequantize(graph_.node(producer), in);
            return graph_.tensor(in).quantisation ? in : TensorId();
        }
        const Tensor& t = graph_.tensor(id);
        if (!t.is_constant || !t.data || !t.quantisation || !is_floating(t.type))
            return {};
        Tensor integer = t;
        integer.type = t.quantisation->type;
        integer.data = quantised(t.shape, Value(t.shape, t.data).to_reals(), *t.quantisation).data;
        return graph_.add_tensor(std::move(integer));
    }

    std::optional<Quantisation> from_dequantize(const Node& node, TensorId in) const
    {
        const Tensor& scale = graph_.tensor(node.inputs[1]);
        if (!scale.data || scale.data->elements() != 1)
            return std::nullopt;
        Quantisation q{graph_.tensor(in).type,
                       static_cast<int>(8 * byte_size(graph_.tensor(in).type)),
                       {scale.data->real(0)},
                       {0},
                       -1};
        if (node.inputs.size() > 2 && node.inputs[2].valid()) {
            const Tensor& zero = graph_.tensor(node.inputs[2]);
            if (!zero.data)
                return std::nullopt;
            q.zero_point = {zero.data->integer(0)};
        }
        return q;
    }

    void replace(NodeId id, Node node, const End& end)
    {
        for (const NodeId old : end.nodes) {
            Node bare = graph_.node(old); // frees the result for its new producer
            bare.outputs.clear();
            graph_.replace_node(old, std::move(bare));
            dropped_.push_back(old);
        }
        narrow(end);
        graph_.replace_node(id, std::move(node));
    }

    /// A clip in front of QuantizeLinear can say fewer bits than its storage has.
    void narrow(const End& end)
    {
        Quantisation& q = *graph_.tensor(end.result).quantisation;
        for (const NodeId id : end.nodes)
            if (const auto* e = graph_.node(id).as<Elementwise>();
                e && e->function == F::clip && std::isfinite(e->beta)) {
                const double levels = e->beta / q.scale[0] + static_cast<double>(q.zero_point[0]);
                while (q.bits > 1 &&
                       static_cast<double>(integer_range(Quantisation{q.type, q.bits - 1, {}, {}, -1}).second) >=
                           levels - 0.5)
                    --q.bits;
            }
    }

    void fuse_contraction(NodeId id, const Contraction& c, const End& end)
    {
        if (std::holds_alternative<RowIndex>(c.gather))
            return;
        const TensorId moving = integers(c.moving), stationary = integers(c.stationary);
        if (!moving.valid() || !stationary.valid() || graph_.tensor(moving).quantisation->scale.size() != 1)
            return;
        const Quantisation x = *graph_.tensor(moving).quantisation;
        Quantisation w = *graph_.tensor(stationary).quantisation;
        const auto channels = static_cast<std::size_t>(c.groups * c.n);
        if (w.scale.size() != 1 && w.scale.size() != channels)
            return;
        for (double& s : w.scale)
            s = static_cast<double>(static_cast<float>(s * c.alpha));
        TensorId bias;
        if (c.bias.valid()) {
            bias = integer_bias(c, x, w);
            if (!bias.valid())
                return;
        }
        const Node node = graph_.node(id);
        const Quantisation y = *graph_.tensor(end.result).quantisation;
        replace(id, quantised_contraction(graph_, node, c, {moving, stationary, bias, end.result}, {x, w, y}), end);
    }

    TensorId integer_bias(const Contraction& c, const Quantisation& x, const Quantisation& w)
    {
        const Tensor t = graph_.tensor(c.bias);
        if (!t.is_constant || !t.data || t.data->elements() != c.groups * c.n)
            return {};
        Quantisation q{ElementType::int32, 32, {}, {}, w.scale.size() > 1 ? static_cast<int>(t.shape.rank()) - 1 : -1};
        for (const double s : w.scale)
            q.scale.push_back(static_cast<double>(static_cast<float>(x.scale[0] * s)));
        q.zero_point.assign(q.scale.size(), 0);
        std::vector<double> reals = Value(t.shape, t.data).to_reals();
        for (double& r : reals)
            r *= c.beta;
        return graph_.add_tensor({t.name, t.shape, q.type, true, quantised(t.shape, reals, q).data, q});
    }

    void fuse_other(NodeId id, const End& end)
    {
        Node node = graph_.node(id);
        for (TensorId& t : node.inputs) {
            if (!t.valid() || !is_floating(graph_.tensor(t).type))
                continue;
            t = integers(t);
            if (!t.valid() || graph_.tensor(t).quantisation->scale.size() != 1)
                return;
        }
        node.outputs = {end.result};
        node.quantised = true;
        replace(id, std::move(node), end);
    }

    Graph graph_;
    std::vector<NodeId> dropped_;
};

} // namespace

Graph fuse_qdq(const Graph& graph) { return Fuser(graph).run(); }

} // namespace imc
