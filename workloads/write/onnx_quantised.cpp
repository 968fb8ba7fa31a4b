#include <map>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "sim/base/errors.h"
#include "workloads/write/onnx_builder.h"

namespace imc::write
{

namespace
{

struct Names {
    std::string scale, zero_point;
};

const Quantisation& quantisation_of(const OnnxBuilder& b, const Node& node, TensorId id)
{
    const Tensor& t = b.graph().tensor(id);
    if (!t.quantisation || t.quantisation->type != t.type)
        throw RunError(fmt::format("'{}' of node '{}' has no quantisation to write", t.name, node.name));
    if (byte_size(t.type) > 1 && t.type != ElementType::int32)
        throw RunError(
            fmt::format("'{}' has {} bits; ONNX opset 17 quantises to at most 8", t.name, t.quantisation->bits));
    return *t.quantisation;
}

/// Scale and zero point of a tensor as constants of the model.
Names constants(OnnxBuilder& b, const std::string& stem, const Quantisation& q)
{
    const auto count = static_cast<std::int64_t>(q.scale.size());
    const Shape shape = q.axis < 0 ? Shape{} : Shape{count};
    TensorData scale(ElementType::float32, count), zero(q.type, count);
    for (std::int64_t i = 0; i < count; ++i) {
        scale.set_real(i, q.scale[static_cast<std::size_t>(i)]);
        zero.set_integer(i, q.zero_point[static_cast<std::size_t>(i)]);
    }
    Names names{b.constant(stem + "_scale", {shape, std::move(scale)}), {}};
    if (q.type != ElementType::int32) // ONNX: int32 has no zero point
        names.zero_point = b.constant(stem + "_zero_point", {shape, std::move(zero)});
    return names;
}

void dequantise(OnnxBuilder& b, const Node& node, TensorId id, std::map<TensorId, std::string>& old)
{
    if (old.contains(id))
        return;
    const Quantisation& q = quantisation_of(b, node, id);
    const std::string from = b.name_of(id), stem = fmt::format("{}_{}", node.name, from);
    Quantisation stated = q;
    if (const auto* c = node.as<Contraction>(); c && c->quantised && id == c->stationary) {
        const Tensor& scale = b.graph().tensor(c->quantised->stationary_scale); // alpha included
        stated.scale = Value(scale.shape, scale.data).to_reals();
    }
    const Names names = constants(b, stem, stated);
    const std::string real = b.temporary(stem + "_float");
    std::vector<std::string> inputs{from, names.scale};
    if (!names.zero_point.empty())
        inputs.push_back(names.zero_point);
    onnx::NodeProto& proto = b.node("DequantizeLinear", stem + "_dequantize", inputs, {real});
    if (q.axis >= 0)
        set(proto, "axis", std::int64_t{q.axis});
    old[id] = b.rename(id, real);
}

/// Fewer bits than the storage has are a clip in front of QuantizeLinear.
std::string clipped(OnnxBuilder& b, const std::string& stem, const std::string& real, const Quantisation& q)
{
    if (q.bits == static_cast<int>(8 * byte_size(q.type)))
        return real;
    const auto [low, high] = integer_range(q);
    const auto bound = [&](std::int64_t v) {
        return Value::scalar(ElementType::float32, q.scale[0] * static_cast<double>(v - q.zero_point[0]));
    };
    const std::string out = b.temporary(stem + "_clipped");
    b.node("Clip", stem + "_clip",
           {real, b.constant(stem + "_low", bound(low)), b.constant(stem + "_high", bound(high))}, {out});
    return out;
}

/// The float operator that a node on integers stands for.
Node float_node(const Node& node)
{
    Node plain = node;
    plain.quantised = false;
    if (auto* c = plain.as<Contraction>()) {
        const bool swapped = c->result_transposed && !c->window();
        plain.inputs = swapped ? std::vector{c->stationary, c->moving} : std::vector{c->moving, c->stationary};
        if (c->bias.valid())
            plain.inputs.push_back(c->bias);
        c->quantised.reset();
    }
    return plain;
}

} // namespace

void write_quantised(OnnxBuilder& b, const Node& node)
{
    const Node plain = float_node(node);
    std::map<TensorId, std::string> old;
    for (const TensorId id : plain.inputs)
        if (id.valid() && b.graph().tensor(id).quantisation)
            dequantise(b, node, id, old);
    for (const TensorId id : plain.outputs) {
        if (!id.valid())
            continue;
        quantisation_of(b, node, id);
        old[id] = b.rename(id, b.temporary(b.name_of(id) + "_float"));
    }
    write_node(b, plain);
    for (const TensorId id : plain.outputs) {
        if (!id.valid())
            continue;
        const Quantisation& q = quantisation_of(b, node, id);
        const Names names = constants(b, old[id], q);
        b.node("QuantizeLinear", old[id] + "_quantize",
               {clipped(b, old[id], b.name_of(id), q), names.scale, names.zero_point}, {old[id]});
    }
    for (const auto& [id, name] : old)
        b.rename(id, name);
}

} // namespace imc::write
