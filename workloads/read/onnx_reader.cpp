#include "workloads/read/onnx_reader.h"

#include <set>

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/utf8.h"
#include "workloads/read/onnx_tensor.h"

namespace imc
{

namespace
{

constexpr std::size_t max_protobuf_bytes = (std::size_t{1} << 31) - 1;
constexpr int max_rank = 64;

template <class Message> void parse(Message& message, std::string_view bytes, const std::string& name)
{
    if (bytes.size() > max_protobuf_bytes)
        throw ConfigError(name, fmt::format("is {} bytes long, an ONNX file holds at most 2 GiB", bytes.size()));
    // Protobuf logs parse errors to stderr; the one message the user sees is ours.
    google::protobuf::LogSilencer silence;
    google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
    google::protobuf::io::CodedInputStream input(&stream);
    input.SetRecursionLimit(64);
    if (!message.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage())
        throw ConfigError(name, "is not an ONNX model, or is cut off");
}

ModelValue value_of(const onnx::ValueInfoProto& info, const std::string& file)
{
    ModelValue value;
    value.name = info.name();
    if (!info.type().has_tensor_type())
        return value;
    const auto& tensor = info.type().tensor_type();
    value.type = element_type_of_onnx(tensor.elem_type());
    if (!tensor.has_shape())
        return value;
    if (tensor.shape().dim_size() > max_rank)
        throw ConfigError(file, fmt::format("value '{}' has {} dimensions", info.name(), tensor.shape().dim_size()));
    value.dims.emplace();
    for (const auto& d : tensor.shape().dim()) {
        if (d.has_dim_value() && d.dim_value() < 0)
            throw ConfigError(file, fmt::format("value '{}' has the size {}", info.name(), d.dim_value()));
        value.dims->push_back({d.has_dim_value() ? d.dim_value() : -1, d.dim_param()});
    }
    return value;
}

Attribute attribute_of(const onnx::AttributeProto& a, const std::string& place, const std::filesystem::path& folder)
{
    using P = onnx::AttributeProto;
    switch (a.type()) {
    case P::INT:
        return std::int64_t{a.i()};
    case P::FLOAT:
        return static_cast<double>(a.f());
    case P::STRING:
        return a.s();
    case P::INTS:
        return std::vector<std::int64_t>(a.ints().begin(), a.ints().end());
    case P::FLOATS:
        return std::vector<double>(a.floats().begin(), a.floats().end());
    case P::STRINGS:
        return std::vector<std::string>(a.strings().begin(), a.strings().end());
    case P::TENSOR: {
        if (!element_type_of_onnx(a.t().data_type()))
            return OpaqueAttribute{fmt::format("a tensor of ONNX type {}", a.t().data_type())};
        const ModelConstant c = constant_of_proto(a.t(), place, folder);
        return Value(c.shape, c.data);
    }
    default:
        return OpaqueAttribute{onnx::AttributeProto_AttributeType_Name(a.type())};
    }
}

ModelNode node_of(const onnx::NodeProto& proto, const std::string& file, const std::filesystem::path& folder)
{
    ModelNode node;
    node.name = proto.name();
    node.op = proto.op_type();
    node.domain = proto.domain() == "ai.onnx" ? "" : proto.domain();
    node.inputs.assign(proto.input().begin(), proto.input().end());
    node.outputs.assign(proto.output().begin(), proto.output().end());
    const std::string place = fmt::format("{}: node '{}' ({})", file, proto.name(), proto.op_type());
    for (const auto& a : proto.attribute())
        if (!node.attributes
                 .emplace(a.name(), attribute_of(a, fmt::format("{}: attribute '{}'", place, a.name()), folder))
                 .second)
            throw ConfigError(place, fmt::format("attribute '{}' is given twice", a.name()));
    return node;
}

/// Names go into results, which are JSON.
void check_names(const Model& model)
{
    const auto check = [&](const std::string& name, const char* what, std::size_t number) {
        if (!is_utf8(name))
            throw ConfigError(fmt::format("{}: {} {}", model.file, what, number), "has a name that is not UTF-8");
    };
    for (std::size_t i = 0; i < model.nodes.size(); ++i) {
        const ModelNode& node = model.nodes[i];
        for (const std::string* name : {&node.name, &node.op, &node.domain})
            check(*name, "node", i);
        for (const auto* list : {&node.inputs, &node.outputs})
            for (const std::string& name : *list)
                check(name, "an input or output of node", i);
    }
    for (std::size_t i = 0; i < model.inputs.size(); ++i)
        check(model.inputs[i].name, "input", i);
}

int opset_of(const onnx::ModelProto& proto, const std::string& name)
{
    for (const auto& o : proto.opset_import())
        if (o.domain().empty() || o.domain() == "ai.onnx") {
            if (o.version() < 1 || o.version() > 17)
                throw ConfigError(name, fmt::format("uses ONNX opset {}; 9 to 17 can be read", o.version()));
            return static_cast<int>(o.version());
        }
    throw ConfigError(name, "names no ONNX opset");
}

} // namespace

Model parse_onnx(std::string_view bytes, const std::string& name, const std::filesystem::path& folder)
{
    if (bytes.empty())
        throw ConfigError(name, "is empty");
    onnx::ModelProto proto;
    parse(proto, bytes, name);
    if (!proto.has_graph() || proto.graph().node_size() == 0)
        throw ConfigError(name, "is not an ONNX model: it has no graph with nodes");
    Model model;
    model.file = name;
    model.opset = opset_of(proto, name);
    const onnx::GraphProto& graph = proto.graph();
    model.name = graph.name();
    for (const auto& t : graph.initializer()) {
        const std::string place = fmt::format("{}: initializer '{}'", name, t.name());
        if (!model.constants.emplace(t.name(), constant_of_proto(t, place, folder)).second)
            throw ConfigError(place, "is given twice");
    }
    if (graph.sparse_initializer_size() > 0)
        throw ConfigError(name, "has sparse initializers, which are not supported");
    std::set<std::string> seen;
    for (const auto& info : graph.input()) {
        if (!seen.insert(info.name()).second)
            throw ConfigError(name, fmt::format("input '{}' is given twice", info.name()));
        if (!model.constants.contains(info.name()))
            model.inputs.push_back(value_of(info, name));
    }
    for (const auto& info : graph.output())
        model.outputs.push_back(value_of(info, name));
    if (model.outputs.empty())
        throw ConfigError(name, "has no outputs");
    for (const auto& info : graph.value_info())
        model.values.emplace(info.name(), value_of(info, name));
    for (const auto& n : graph.node())
        model.nodes.push_back(node_of(n, name, folder));
    check_names(model);
    return model;
}

Model read_onnx(const std::filesystem::path& file)
{
    Model model = parse_onnx(read_file(file, max_protobuf_bytes), file.string(), file.parent_path());
    if (model.name.empty())
        model.name = file.stem().string();
    return model;
}

Value parse_tensor_proto(std::string_view bytes, const std::string& name)
{
    onnx::TensorProto proto;
    parse(proto, bytes, name);
    const ModelConstant c = constant_of_proto(proto, name, {});
    return {c.shape, c.data};
}

} // namespace imc
