#include "workloads/write/graph_writer.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "workloads/base64.h"
#include "workloads/lower/order.h"
#include "workloads/read/graph_reader.h"

namespace imc
{

namespace
{

using Json = nlohmann::ordered_json;

/// Constants up to this size are numbers that a reader can change, larger ones bytes.
constexpr std::int64_t max_written_out = 64;

/// Numbers that JSON has no notation for are words.
Json real_json(double value)
{
    if (std::isnan(value))
        return "nan";
    if (std::isinf(value))
        return value > 0 ? "inf" : "-inf";
    return value;
}

Json shape_json(const Shape& shape)
{
    Json list = Json::array();
    for (std::size_t i = 0; i < shape.rank(); ++i)
        list.push_back(shape[i]);
    return list;
}

/// A free dimension that no option binds stays one: its symbol, or null where it has none.
Json value_json(const ModelValue& value, const ImportOptions& options)
{
    Json j = {{"name", value.name}};
    if (value.type)
        j["type"] = name(*value.type);
    if (!value.dims)
        return j;
    Json& shape = j["shape"] = Json::array();
    for (std::size_t i = 0; i < value.dims->size(); ++i) {
        const Dim& d = (*value.dims)[i];
        const auto bound = options.dimensions.find(lower::symbol_of(value, i));
        if (d.value < 0 && bound != options.dimensions.end())
            shape.push_back(bound->second);
        else if (d.value < 0)
            shape.push_back(d.symbol.empty() ? Json(nullptr) : Json(d.symbol));
        else
            shape.push_back(d.value);
    }
    return j;
}

bool can_be_written_out(const TensorData& data)
{
    if (data.elements() > max_written_out || data.type() == ElementType::uint64)
        return false;
    for (std::int64_t i = 0; i < data.elements(); ++i)
        if (!std::isfinite(data.real(i)))
            return false;
    return true;
}

void add_data(const TensorData& data, Json& j)
{
    if (!can_be_written_out(data)) {
        j["base64"] = to_base64(data.bytes());
        return;
    }
    Json& values = j["values"] = Json::array();
    for (std::int64_t i = 0; i < data.elements(); ++i)
        values.push_back(is_floating(data.type()) ? Json(data.real(i)) : Json(data.integer(i)));
}

Json tensor_json(const Value& value)
{
    Json j = {{"type", name(value.type())}, {"shape", shape_json(value.shape)}};
    add_data(*value.data, j);
    return j;
}

/// What JSON tells apart is written plainly; the rest says its kind.
struct AttributeWriter {
    Json operator()(std::int64_t v) const { return v; }
    Json operator()(double v) const { return std::isfinite(v) ? Json(v) : Json{{"real", real_json(v)}}; }
    Json operator()(const std::string& v) const { return v; }
    Json operator()(const std::vector<std::int64_t>& v) const { return v; }
    Json operator()(const std::vector<double>& v) const
    {
        Json list = Json::array();
        for (const double x : v)
            list.push_back(real_json(x));
        return {{"reals", list}};
    }
    Json operator()(const std::vector<std::string>& v) const { return {{"texts", v}}; }
    Json operator()(const Value& v) const { return {{"tensor", tensor_json(v)}}; }
    Json operator()(const OpaqueAttribute& v) const { return {{"unread", v.kind}}; }
};

Json node_json(const ModelNode& node)
{
    Json j = {{"name", node.name}, {"op", node.op}};
    if (!node.domain.empty())
        j["domain"] = node.domain;
    j["inputs"] = node.inputs;
    j["outputs"] = node.outputs;
    if (!node.attributes.empty()) {
        Json& attributes = j["attributes"] = Json::object();
        for (const auto& [key, attribute] : node.attributes)
            attributes[key] = std::visit(AttributeWriter{}, attribute);
    }
    return j;
}

/// The weights: with data, or with a shape alone, whether the file lists them as such or as inputs.
Json constants_json(const Model& model, const std::set<std::string>& weight_inputs, const ImportOptions& options)
{
    Json list = Json::array();
    for (const auto& [constant, c] : model.constants) {
        Json j = {{"name", constant}, {"type", name(c.type)}, {"shape", shape_json(c.shape)}};
        if (c.data)
            add_data(*c.data, j);
        list.push_back(std::move(j));
    }
    for (const ModelValue& v : model.inputs)
        if (weight_inputs.contains(v.name)) {
            list.push_back(value_json(v, options));
            for (Json& size : list.back()["shape"])
                if (!size.is_number())
                    size = 1; // what a free dimension is unless it is bound
        }
    return list;
}

} // namespace

std::string graph_text(const Json& graph)
{
    std::string text = "{";
    const auto dump = [](const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); };
    for (const auto& [key, value] : graph.items()) {
        text += fmt::format("{}\n  \"{}\": ", text.size() > 1 ? "," : "", key);
        if (!value.is_array() || value.empty()) {
            text += dump(value);
            continue;
        }
        for (std::size_t i = 0; i < value.size(); ++i)
            text += (i == 0 ? "[\n    " : ",\n    ") + dump(value[i]);
        text += "\n  ]";
    }
    return text + "\n}\n";
}

Json graph_json(const Model& model, const ImportOptions& options)
{
    const std::set<std::string> weights = lower::weight_inputs(model, options.inputs);
    Json j = {{"schema", graph_schema}, {"name", model.name}, {"opset", model.opset}};
    for (const char* key : {"inputs", "outputs", "nodes", "constants", "values"})
        j[key] = Json::array();
    for (const ModelValue& v : model.inputs)
        if (!weights.contains(v.name))
            j["inputs"].push_back(value_json(v, options));
    for (const ModelValue& v : model.outputs)
        j["outputs"].push_back(value_json(v, options));
    for (const ModelNode& node : model.nodes)
        j["nodes"].push_back(node_json(node));
    j["constants"] = constants_json(model, weights, options);
    for (const auto& [unused, v] : model.values)
        j["values"].push_back(value_json(v, options));
    return j;
}

} // namespace imc
