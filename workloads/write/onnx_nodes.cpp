#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "sim/base/errors.h"
#include "workloads/read/onnx_tensor.h"
#include "workloads/write/onnx_builder.h"

namespace imc::write
{

void set(onnx::NodeProto& node, const char* key, std::int64_t value)
{
    auto* a = node.add_attribute();
    a->set_name(key);
    a->set_type(onnx::AttributeProto::INT);
    a->set_i(value);
}

void set(onnx::NodeProto& node, const char* key, double value)
{
    auto* a = node.add_attribute();
    a->set_name(key);
    a->set_type(onnx::AttributeProto::FLOAT);
    a->set_f(static_cast<float>(value));
}

void set(onnx::NodeProto& node, const char* key, const std::string& value)
{
    auto* a = node.add_attribute();
    a->set_name(key);
    a->set_type(onnx::AttributeProto::STRING);
    a->set_s(value);
}

void set(onnx::NodeProto& node, const char* key, const std::vector<std::int64_t>& values)
{
    auto* a = node.add_attribute();
    a->set_name(key);
    a->set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t v : values)
        a->add_ints(v);
}

namespace
{

void set_window(onnx::NodeProto& node, const Window& w, bool dilations)
{
    std::vector<std::int64_t> kernel, strides, dilation, pads, ends;
    for (const WindowAxis& a : w.axes) {
        kernel.push_back(a.kernel);
        strides.push_back(a.stride);
        dilation.push_back(a.dilation);
        pads.push_back(a.pad_begin);
        ends.push_back(a.pad_end);
    }
    pads.insert(pads.end(), ends.begin(), ends.end());
    set(node, "kernel_shape", kernel);
    set(node, "strides", strides);
    set(node, "pads", pads);
    if (dilations)
        set(node, "dilations", dilation);
}

void write_contraction(OnnxBuilder& b, const Node& node, const Contraction& c)
{
    if (std::holds_alternative<RowIndex>(c.gather))
        throw RunError(fmt::format("node '{}' ({}) has no ONNX operator", node.name, node.op));
    const bool result_scale = c.quantised && c.quantised->result_scale.valid();
    std::string op = c.window() ? "Conv" : "MatMul";
    if (c.quantised)
        op = (result_scale ? "QLinear" : "") + op + (result_scale ? "" : "Integer");
    else if (!c.window() && (c.bias.valid() || node.op == "Gemm"))
        op = "Gemm";
    onnx::NodeProto& proto = b.node(op, node.name, b.names_of(node.inputs), b.names_of(node.outputs));
    if (c.window()) {
        set_window(proto, *c.window(), true);
        set(proto, "group", c.groups);
    } else if (op == "Gemm") {
        set(proto, "transA", std::int64_t{c.moving_transposed});
        set(proto, "transB", std::int64_t{c.stationary_transposed});
        set(proto, "alpha", c.alpha);
        set(proto, "beta", c.beta);
    }
}

std::string onnx_name(Elementwise::Function function, int operands)
{
    static constexpr const char* names[] = {"Relu",
                                            "LeakyRelu",
                                            "Elu",
                                            "Clip",
                                            "Sigmoid",
                                            "HardSigmoid",
                                            "HardSwish",
                                            "Tanh",
                                            "Softplus",
                                            "Erf",
                                            "Exp",
                                            "Log",
                                            "Sqrt",
                                            "Reciprocal",
                                            "Abs",
                                            "Neg",
                                            "Sign",
                                            "Floor",
                                            "Ceil",
                                            "Round",
                                            "Not",
                                            "Add",
                                            "Sub",
                                            "Mul",
                                            "Div",
                                            "Pow",
                                            "Min",
                                            "Max",
                                            "PRelu",
                                            "Equal",
                                            "Less",
                                            "LessOrEqual",
                                            "Greater",
                                            "GreaterOrEqual",
                                            "And",
                                            "Or",
                                            "Where",
                                            "QuantizeLinear",
                                            "DequantizeLinear"};
    static_assert(std::size(names) == static_cast<std::size_t>(Elementwise::Function::dequantize) + 1);
    if (function == Elementwise::Function::add && operands != 2)
        return "Sum";
    return names[static_cast<std::size_t>(function)];
}

void write_elementwise(OnnxBuilder& b, const Node& node, const Elementwise& e)
{
    using F = Elementwise::Function;
    std::vector<std::string> inputs = b.names_of(node.inputs);
    if (e.function == F::clip && inputs.size() == 1) {
        const ElementType type = b.graph().tensor(node.inputs[0]).type;
        inputs.push_back(std::isfinite(e.alpha) ? b.constant(node.name + "_min", Value::scalar(type, e.alpha)) : "");
        if (std::isfinite(e.beta))
            inputs.push_back(b.constant(node.name + "_max", Value::scalar(type, e.beta)));
        while (inputs.back().empty())
            inputs.pop_back();
    }
    onnx::NodeProto& proto = b.node(onnx_name(e.function, e.operands), node.name, inputs, b.names_of(node.outputs));
    if (e.function == F::leaky_relu || e.function == F::elu || e.function == F::hard_sigmoid)
        set(proto, "alpha", e.alpha);
    if (e.function == F::hard_sigmoid)
        set(proto, "beta", e.beta);
    if ((e.function == F::quantize || e.function == F::dequantize) &&
        b.graph().tensor(node.inputs[1]).shape.elements() > 1)
        set(proto, "axis", std::int64_t{e.axis});
}

void write_reduce(OnnxBuilder& b, const Node& node, const Reduce& r)
{
    const auto outputs = b.names_of(node.outputs);
    auto inputs = b.names_of({node.inputs[0]});
    if (r.window) {
        const bool average = r.function == Reduce::Function::mean;
        const std::string op = node.op.starts_with("Global") ? node.op : average ? "AveragePool" : "MaxPool";
        onnx::NodeProto& proto = b.node(op, node.name, inputs, outputs);
        if (op.starts_with("Global"))
            return;
        set_window(proto, *r.window, !average);
        // The stated size is reached with ceil_mode or without.
        bool floors = true;
        for (const WindowAxis& a : r.window->axes)
            floors = floors && (a.in + a.pad_begin + a.pad_end - a.extent()) / a.stride + 1 == a.out;
        set(proto, "ceil_mode", std::int64_t{!floors});
        if (average)
            set(proto, "count_include_pad", std::int64_t{r.count_include_pad});
        else if (outputs.size() > 1)
            set(proto, "storage_order", std::int64_t{r.column_major_indices});
        return;
    }
    static constexpr const char* names[] = {"ReduceMax",       "ReduceMin", "ReduceMean", "ReduceSum",
                                            "ReduceSumSquare", "ReduceL1",  "ReduceL2",   "ReduceProd"};
    static_assert(std::size(names) == static_cast<std::size_t>(Reduce::Function::product) + 1);
    const std::vector<std::int64_t> axes(r.axes.begin(), r.axes.end());
    if (r.function == Reduce::Function::sum)
        inputs.push_back(b.constant(node.name + "_axes", Value::integers(axes)));
    onnx::NodeProto& proto = b.node(names[static_cast<std::size_t>(r.function)], node.name, inputs, outputs);
    if (r.function != Reduce::Function::sum)
        set(proto, "axes", axes);
    set(proto, "keepdims", std::int64_t{r.keep_dims});
}

void write_softmax(OnnxBuilder& b, const Node& node, const Normalise& n)
{
    const std::string op = n.function == Normalise::Function::softmax ? "Softmax" : "LogSoftmax";
    const Shape& x = b.graph().tensor(node.inputs[0]).shape;
    const auto axis = static_cast<std::size_t>(n.axis);
    if (!n.to_the_end || axis + 1 == x.rank()) {
        set(b.node(op, node.name, b.names_of(node.inputs), b.names_of(node.outputs)), "axis", std::int64_t{n.axis});
        return;
    }
    // Before opset 13 all axes from `axis` on were one row.
    const std::string rows = b.temporary(node.name + "_rows"), normal = b.temporary(node.name + "_normalised");
    const auto flat =
        b.constant(node.name + "_row_shape", Value::integers({x.elements(0, axis), x.elements(axis, x.rank())}));
    const auto full = b.constant(node.name + "_shape", Value::integers(x.values()));
    b.node("Reshape", node.name + "_to_rows", {b.name_of(node.inputs[0]), flat}, {rows});
    set(b.node(op, node.name, {rows}, {normal}), "axis", std::int64_t{-1});
    b.node("Reshape", node.name + "_from_rows", {normal, full}, {b.name_of(node.outputs[0])});
}

void write_normalise(OnnxBuilder& b, const Node& node, const Normalise& n)
{
    switch (n.function) {
    case Normalise::Function::softmax:
    case Normalise::Function::log_softmax:
        return write_softmax(b, node, n);
    case Normalise::Function::layer_norm: {
        onnx::NodeProto& proto =
            b.node("LayerNormalization", node.name, b.names_of(node.inputs), b.names_of(node.outputs));
        set(proto, "axis", std::int64_t{n.axis});
        return set(proto, "epsilon", n.epsilon);
    }
    case Normalise::Function::batch_norm:
    case Normalise::Function::instance_norm:
        return set(
            b.node(n.function == Normalise::Function::batch_norm ? "BatchNormalization" : "InstanceNormalization",
                   node.name, b.names_of(node.inputs), b.names_of(node.outputs)),
            "epsilon", n.epsilon);
    }
}

void write_slice(OnnxBuilder& b, const Node& node, const Move& m)
{
    const Shape& y = b.graph().tensor(node.outputs[0]).shape;
    std::vector<std::int64_t> ends, axes;
    for (std::size_t i = 0; i < y.rank(); ++i) {
        const std::int64_t end = m.starts[i] + y[i] * m.steps[i];
        // Backwards past the first element: an end that stays below 0 when counted from the end.
        ends.push_back(m.steps[i] < 0 && end < 0 ? -(std::int64_t{1} << 40) : end);
        axes.push_back(static_cast<std::int64_t>(i));
    }
    b.node("Slice", node.name,
           {b.name_of(node.inputs[0]), b.constant(node.name + "_starts", Value::integers(m.starts)),
            b.constant(node.name + "_ends", Value::integers(ends)),
            b.constant(node.name + "_axes", Value::integers(axes)),
            b.constant(node.name + "_steps", Value::integers(m.steps))},
           b.names_of(node.outputs));
}

/// Nearest-neighbour resizing as one Gather per axis that changes: exact whatever rule made the table.
void write_resize(OnnxBuilder& b, const Node& node, const Move& m)
{
    std::string value = b.name_of(node.inputs[0]);
    std::vector<std::size_t> changed;
    std::vector<std::vector<std::int64_t>> sources;
    for (std::size_t i = 0; i < m.resize.size(); ++i) {
        sources.emplace_back();
        bool same = m.resize[i].in == m.resize[i].out;
        for (std::int64_t o = 0; o < m.resize[i].out; ++o) {
            sources[i].push_back(m.resize[i].source(o));
            same = same && sources[i].back() == o;
        }
        if (!same)
            changed.push_back(i);
    }
    const std::string result = b.name_of(node.outputs[0]);
    if (changed.empty())
        b.node("Identity", node.name, {value}, {result});
    for (std::size_t i = 0; i < changed.size(); ++i) {
        const bool last = i + 1 == changed.size();
        const std::string next = last ? result : b.temporary(fmt::format("{}_axis{}", node.name, changed[i]));
        const std::string indices =
            b.constant(fmt::format("{}_indices{}", node.name, changed[i]), Value::integers(sources[changed[i]]));
        set(b.node("Gather", fmt::format("{}_{}", node.name, changed[i]), {value, indices}, {next}), "axis",
            static_cast<std::int64_t>(changed[i]));
        value = next;
    }
}

void write_pad(OnnxBuilder& b, const Node& node, const Move& m)
{
    std::vector<std::int64_t> pads = m.before;
    pads.insert(pads.end(), m.after.begin(), m.after.end());
    const ElementType type = b.graph().tensor(node.inputs[0]).type;
    std::vector<std::string> inputs{b.name_of(node.inputs[0]), b.constant(node.name + "_pads", Value::integers(pads))};
    if (m.pad_mode == Move::PadMode::constant)
        inputs.push_back(b.constant(node.name + "_value", Value::scalar(type, m.pad_value)));
    set(b.node("Pad", node.name, inputs, b.names_of(node.outputs)), "mode",
        std::string(m.pad_mode == Move::PadMode::constant ? "constant"
                    : m.pad_mode == Move::PadMode::edge   ? "edge"
                                                          : "reflect"));
}

void write_move(OnnxBuilder& b, const Node& node, const Move& m)
{
    const Tensor& y = b.graph().tensor(node.outputs[0]);
    const std::string x = b.name_of(node.inputs[0]);
    const auto outputs = b.names_of(node.outputs);
    const auto shaped = [&](const char* op) -> onnx::NodeProto& {
        return b.node(op, node.name, {x, b.constant(node.name + "_shape", Value::integers(y.shape.values()))}, outputs);
    };
    switch (m.function) {
    case Move::Function::identity:
        b.node("Identity", node.name, {x}, outputs);
        return;
    case Move::Function::reshape:
        return set(shaped("Reshape"), "allowzero", std::int64_t{y.shape.elements() == 0});
    case Move::Function::expand:
        shaped("Expand");
        return;
    case Move::Function::transpose:
        return set(b.node("Transpose", node.name, {x}, outputs), "perm", m.permutation);
    case Move::Function::concat:
        return set(b.node("Concat", node.name, b.names_of(node.inputs), outputs), "axis", std::int64_t{m.axis});
    case Move::Function::split: {
        std::vector<std::int64_t> sizes;
        std::vector<std::string> parts;
        for (const TensorId t : node.outputs) {
            sizes.push_back(b.graph().tensor(t).shape[static_cast<std::size_t>(m.axis)]);
            parts.push_back(b.name_of(t));
        }
        return set(b.node("Split", node.name, {x, b.constant(node.name + "_split", Value::integers(sizes))}, parts),
                   "axis", std::int64_t{m.axis});
    }
    case Move::Function::slice:
        return write_slice(b, node, m);
    case Move::Function::pad:
        return write_pad(b, node, m);
    case Move::Function::resize_nearest:
        return write_resize(b, node, m);
    case Move::Function::gather:
        return set(b.node("Gather", node.name, b.names_of(node.inputs), outputs), "axis", std::int64_t{m.axis});
    case Move::Function::cast:
        return set(b.node("Cast", node.name, {x}, outputs), "to", std::int64_t{onnx_of_element_type(y.type)});
    }
}

} // namespace

void write_node(OnnxBuilder& b, const Node& node)
{
    const auto* contraction = node.as<Contraction>();
    if (node.quantised || (contraction && contraction->quantised && contraction->quantised->result_scale.valid() &&
                           !node.op.starts_with("QLinear")))
        write_quantised(b, node);
    else if (const auto* c = node.as<Contraction>())
        write_contraction(b, node, *c);
    else if (const auto* e = node.as<Elementwise>())
        write_elementwise(b, node, *e);
    else if (const auto* r = node.as<Reduce>())
        write_reduce(b, node, *r);
    else if (const auto* n = node.as<Normalise>())
        write_normalise(b, node, *n);
    else
        write_move(b, node, *node.as<Move>());
}

} // namespace imc::write
