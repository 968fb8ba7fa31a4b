#include "workloads/write/onnx_builder.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "workloads/read/onnx_tensor.h"
#include "workloads/write/onnx_writer.h"

namespace imc::write
{

namespace
{

void fill(onnx::TensorProto& proto, const std::string& name, ElementType type, const Shape& shape,
          const TensorData& data)
{
    proto.set_name(name);
    proto.set_data_type(onnx_of_element_type(type));
    for (const std::int64_t d : shape.values())
        proto.add_dims(d);
    const auto bytes = data.bytes();
    proto.set_raw_data(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void fill(onnx::ValueInfoProto& info, const std::string& name, const Tensor& tensor)
{
    info.set_name(name);
    auto* type = info.mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx_of_element_type(tensor.type));
    type->mutable_shape();
    for (const std::int64_t d : tensor.shape.values())
        type->mutable_shape()->add_dim()->set_dim_value(d);
}

} // namespace

OnnxBuilder::OnnxBuilder(const Graph& graph)
    : graph_(graph), model_(std::make_unique<onnx::ModelProto>()), names_(graph.tensors().size())
{
    model_->set_ir_version(8);
    model_->set_producer_name("imcsim");
    auto* opset = model_->add_opset_import();
    opset->set_domain("");
    opset->set_version(17);
    model_->mutable_graph()->set_name(graph.name.empty() ? "network" : graph.name);
    // Inputs and outputs keep their names; what clashes with them is renamed.
    for (const auto* ends : {&graph.inputs, &graph.outputs})
        for (const TensorId id : *ends)
            if (names_[id].empty())
                names_[id] = unique(graph.tensor(id).name);
    for (std::size_t i = 0; i < names_.size(); ++i)
        if (names_[TensorId(i)].empty())
            names_[TensorId(i)] = unique(graph.tensor(TensorId(i)).name);
}

std::string OnnxBuilder::unique(const std::string& wanted)
{
    std::string name = wanted.empty() ? "value" : wanted;
    for (int i = 1; !taken_.insert(name).second; ++i)
        name = fmt::format("{}_{}", wanted, i);
    return name;
}

std::string OnnxBuilder::temporary(const std::string& wanted_name) { return unique(wanted_name); }

std::string OnnxBuilder::constant(const std::string& wanted_name, const Value& value)
{
    const std::string name = unique(wanted_name);
    fill(*model_->mutable_graph()->add_initializer(), name, value.type(), value.shape, *value.data);
    return name;
}

std::vector<std::string> OnnxBuilder::names_of(const std::vector<TensorId>& ids) const
{
    std::vector<std::string> out;
    for (const TensorId id : ids)
        out.push_back(name_of(id));
    while (!out.empty() && out.back().empty())
        out.pop_back();
    return out;
}

onnx::NodeProto& OnnxBuilder::node(const std::string& op, const std::string& name,
                                   const std::vector<std::string>& inputs, const std::vector<std::string>& outputs)
{
    onnx::NodeProto& node = *model_->mutable_graph()->add_node();
    node.set_op_type(op);
    node.set_name(name);
    for (const std::string& in : inputs)
        node.add_input(in);
    for (const std::string& out : outputs)
        node.add_output(out);
    return node;
}

/// A float constant that stands for integers: the integers, and the DequantizeLinear that makes them floats.
void OnnxBuilder::add_quantised_constant(TensorId id)
{
    const Tensor& t = graph_.tensor(id);
    const Quantisation& q = *t.quantisation;
    TensorData integers(q.type, t.data->elements());
    const auto axis = static_cast<std::size_t>(std::max(q.axis, 0));
    const std::int64_t inner = q.axis < 0 ? t.shape.elements() : t.shape.elements(axis + 1, t.shape.rank());
    const auto channels = static_cast<std::int64_t>(q.scale.size());
    for (std::int64_t i = 0; i < integers.elements(); ++i) {
        const auto c = static_cast<std::size_t>(i / std::max<std::int64_t>(inner, 1) % channels);
        integers.set_integer(i, std::llround(t.data->real(i) / q.scale[c]) + q.zero_point[c]);
    }
    const Shape vector = q.axis < 0 ? Shape{} : Shape{channels};
    TensorData scale(ElementType::float32, channels), zero(q.type, channels);
    for (std::int64_t i = 0; i < channels; ++i) {
        scale.set_real(i, q.scale[static_cast<std::size_t>(i)]);
        zero.set_integer(i, q.zero_point[static_cast<std::size_t>(i)]);
    }
    const std::string name = name_of(id);
    onnx::NodeProto& dequantise = node("DequantizeLinear", name + "_dequantize",
                                       {constant(name + "_integers", {t.shape, std::move(integers)}),
                                        constant(name + "_scale", {vector, std::move(scale)}),
                                        constant(name + "_zero_point", {vector, std::move(zero)})},
                                       {name});
    if (q.axis >= 0)
        set(dequantise, "axis", std::int64_t{q.axis});
}

void OnnxBuilder::add_tensors()
{
    onnx::GraphProto& proto = *model_->mutable_graph();
    for (const TensorId id : graph_.inputs)
        fill(*proto.add_input(), name_of(id), graph_.tensor(id));
    for (std::size_t i = 0; i < graph_.tensors().size(); ++i) {
        const TensorId id(i);
        const Tensor& t = graph_.tensor(id);
        if (!t.is_constant || (graph_.consumers(id).empty() && !graph_.is_output(id)))
            continue;
        if (!t.data)
            fill(*proto.add_input(), name_of(id), t);
        else if (t.quantisation && is_floating(t.type))
            add_quantised_constant(id);
        else
            fill(*proto.add_initializer(), name_of(id), t.type, t.shape, *t.data);
    }
    for (const TensorId id : graph_.outputs)
        fill(*proto.add_output(), name_of(id), graph_.tensor(id));
}

OnnxBuilder::~OnnxBuilder() = default;

const onnx::ModelProto& OnnxBuilder::build()
{
    add_tensors();
    for (const NodeId id : graph_.topological_order())
        write_node(*this, graph_.node(id));
    return *model_;
}

} // namespace imc::write

namespace imc
{

std::string onnx_bytes(const Graph& graph)
{
    write::OnnxBuilder builder(graph);
    const onnx::ModelProto& model = builder.build();
    if (model.ByteSizeLong() > (std::size_t{1} << 31) - 1)
        throw RunError(fmt::format("network '{}' is {} bytes as ONNX; a file holds at most 2 GiB", graph.name,
                                   model.ByteSizeLong()));
    return model.SerializeAsString();
}

void write_onnx(const std::filesystem::path& file, const Graph& graph) { write_file(file, onnx_bytes(graph)); }

} // namespace imc
