#include "workloads/read/graph_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/config/document.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"
#include "workloads/base64.h"
#include "workloads/checked.h"

namespace imc
{

namespace
{

using Json = nlohmann::json;

constexpr std::size_t max_rank = 64;

/// A value of the file and where it is, for messages.
class At
{
public:
    At(const Json& value, std::string file, std::string path)
        : value_(value), file_(std::move(file)), path_(std::move(path))
    {
    }

    [[noreturn]] void fail(const std::string& what) const
    {
        throw ConfigError(path_.empty() ? file_ : file_ + ": " + path_, what);
    }
    [[noreturn]] void expected(const std::string& what) const
    {
        std::string got = value_.dump(-1, ' ', false, Json::error_handler_t::replace);
        if (got.size() > 60)
            got = got.substr(0, 60) + "…";
        fail(fmt::format("expected {}, got {}", what, got));
    }

    /// Objects have no keys but these.
    void has_only(const std::vector<std::string>& keys) const
    {
        if (!value_.is_object())
            expected("an object");
        for (const auto& [key, unused] : value_.items())
            if (std::find(keys.begin(), keys.end(), key) == keys.end())
                At(unused, file_, join(key)).fail("unknown key" + config::suggestion(key, keys));
    }
    bool has(const char* key) const { return value_.contains(key); }
    At operator[](const char* key) const
    {
        if (!has(key))
            At(value_, file_, join(key)).fail("is missing");
        return {value_.at(key), file_, join(key)};
    }

    std::vector<At> items() const
    {
        if (!value_.is_array())
            expected("a list");
        std::vector<At> list;
        for (std::size_t i = 0; i < value_.size(); ++i)
            list.emplace_back(value_[i], file_, fmt::format("{}[{}]", path_, i));
        return list;
    }
    template <class T> std::vector<T> list(T (At::*read)() const) const
    {
        std::vector<T> result;
        for (const At& item : items())
            result.push_back((item.*read)());
        return result;
    }
    /// Every member of an object.
    std::vector<std::pair<std::string, At>> members() const
    {
        if (!value_.is_object())
            expected("an object");
        std::vector<std::pair<std::string, At>> result;
        for (const auto& [key, member] : value_.items())
            result.emplace_back(key, At(member, file_, join(key)));
        return result;
    }

    std::string text() const
    {
        if (!value_.is_string())
            expected("a string");
        return value_.get<std::string>();
    }
    std::int64_t integer() const
    {
        if (!value_.is_number_integer() ||
            (value_.is_number_unsigned() &&
             value_.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())))
            expected("an integer");
        return value_.get<std::int64_t>();
    }
    double real() const
    {
        if (value_ == "inf" || value_ == "-inf")
            return value_ == "inf" ? HUGE_VAL : -HUGE_VAL;
        if (value_ == "nan")
            return std::nan("");
        if (!value_.is_number())
            expected("a number, \"inf\", \"-inf\" or \"nan\"");
        return value_.get<double>();
    }
    const Json& json() const { return value_; }
    const std::string& path() const { return path_; }

private:
    std::string join(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

    const Json& value_;
    std::string file_, path_;
};

ElementType type_of(const At& at)
{
    std::vector<std::string> names;
    for (int i = 0; i <= static_cast<int>(ElementType::boolean); ++i) {
        names.emplace_back(name(static_cast<ElementType>(i)));
        if (at.json() == names.back())
            return static_cast<ElementType>(i);
    }
    at.expected(fmt::format("one of {}", fmt::join(names, ", ")));
}

std::int64_t size_of(const At& at)
{
    const std::int64_t size = at.integer();
    if (size < 0)
        at.expected("a size of at least 0");
    return size;
}

void check_rank(const At& at)
{
    if (at.items().size() > max_rank)
        at.fail(fmt::format("has {} dimensions, at most {} can be read", at.items().size(), max_rank));
}

/// A dimension is a size, the symbol of a free one, or null.
Dim dim_of(const At& at)
{
    if (at.json().is_null())
        return {-1, {}};
    if (at.json().is_string())
        return {-1, at.text()};
    return {size_of(at), {}};
}

Shape shape_of(const At& at)
{
    check_rank(at);
    Shape shape;
    for (const At& size : at.items())
        shape.push_back(size_of(size));
    try {
        checked_multiply(shape.elements(), 8);
    } catch (const std::overflow_error&) {
        at.fail(fmt::format("{} overflows", shape.text()));
    }
    return shape;
}

void read_bytes(const At& at, TensorData& data)
{
    const auto bytes = from_base64(at.text());
    if (!bytes)
        at.fail("is not base64 (RFC 4648)");
    const auto place = data.bytes();
    if (bytes->size() != place.size())
        at.fail(fmt::format("holds {} bytes, type and shape need {}", bytes->size(), place.size()));
    if (!place.empty())
        std::memcpy(place.data(), bytes->data(), place.size());
    if (data.type() == ElementType::boolean)
        for (std::uint8_t& b : data.as<std::uint8_t>())
            b = b != 0;
}

void read_numbers(const std::vector<At>& values, TensorData& data)
{
    const auto [low, high] = is_floating(data.type())              ? std::pair<std::int64_t, std::int64_t>{}
                             : data.type() == ElementType::boolean ? std::pair<std::int64_t, std::int64_t>{0, 1}
                                                                   : integer_range(data.type());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto index = static_cast<std::int64_t>(i);
        if (is_floating(data.type())) {
            data.set_real(index, values[i].real());
            continue;
        }
        const std::int64_t value = values[i].integer();
        if (value < low || value > high)
            values[i].expected(fmt::format("a value of {}, {} … {}", name(data.type()), low, high));
        data.set_integer(index, value);
    }
}

/// Type, shape and, in one of two notations, data; null data where neither is given.
ModelConstant constant_of(const At& at)
{
    ModelConstant constant{type_of(at["type"]), shape_of(at["shape"]), nullptr};
    if (at.has("values") && at.has("base64"))
        at.fail("has both values and base64");
    const std::int64_t elements = constant.shape.elements();
    if (at.has("values")) {
        const std::vector<At> values = at["values"].items();
        if (static_cast<std::int64_t>(values.size()) != elements)
            at["values"].fail(
                fmt::format("has {} items, the shape {} needs {}", values.size(), constant.shape.text(), elements));
        TensorData data(constant.type, elements);
        read_numbers(values, data);
        constant.data = std::make_shared<const TensorData>(std::move(data));
    } else if (at.has("base64")) {
        // A lying shape cannot ask for more memory than the text has.
        const auto given = static_cast<std::int64_t>(at["base64"].text().size() / 4 * 3);
        const auto width = static_cast<std::int64_t>(byte_size(constant.type));
        if (elements > given / width)
            at["base64"].fail(fmt::format("holds at most {} bytes, type and shape need {}", given, elements * width));
        TensorData data(constant.type, elements);
        read_bytes(at["base64"], data);
        constant.data = std::make_shared<const TensorData>(std::move(data));
    }
    return constant;
}

ModelValue value_of(const At& at)
{
    at.has_only({"name", "type", "shape"});
    ModelValue value;
    value.name = at["name"].text();
    if (at.has("type"))
        value.type = type_of(at["type"]);
    if (at.has("shape")) {
        check_rank(at["shape"]);
        value.dims.emplace();
        for (const At& d : at["shape"].items())
            value.dims->push_back(dim_of(d));
    }
    return value;
}

Attribute attribute_of(const At& at)
{
    const Json& j = at.json();
    if (j.is_number_integer())
        return at.integer();
    if (j.is_number_float())
        return at.real();
    if (j.is_string())
        return at.text();
    if (j.is_array())
        return at.list(&At::integer);
    at.has_only({"real", "reals", "texts", "tensor", "unread"});
    if (j.size() != 1)
        at.expected("one of real, reals, texts, tensor, unread");
    if (at.has("real"))
        return at["real"].real();
    if (at.has("reals"))
        return at["reals"].list(&At::real);
    if (at.has("texts"))
        return at["texts"].list(&At::text);
    if (at.has("unread"))
        return OpaqueAttribute{at["unread"].text()};
    const At tensor = at["tensor"];
    tensor.has_only({"type", "shape", "values", "base64"});
    const ModelConstant constant = constant_of(tensor);
    if (!constant.data)
        tensor.fail("has neither values nor base64");
    return Value(constant.shape, constant.data);
}

ModelNode node_of(const At& at)
{
    at.has_only({"name", "op", "domain", "inputs", "outputs", "attributes"});
    ModelNode node;
    if (at.has("name"))
        node.name = at["name"].text();
    node.op = at["op"].text();
    if (at.has("domain"))
        node.domain = at["domain"].text();
    node.inputs = at["inputs"].list(&At::text);
    node.outputs = at["outputs"].list(&At::text);
    if (at.has("attributes"))
        for (const auto& [key, attribute] : at["attributes"].members())
            node.attributes.emplace(key, attribute_of(attribute));
    return node;
}

/// Under its name, of which there may be one.
template <class T> void add(std::map<std::string, T>& map, const At& name, T value)
{
    if (!map.emplace(name.text(), std::move(value)).second)
        name.fail(fmt::format("'{}' is given twice", name.text()));
}

Model model_of(const At& root)
{
    // What import found out stands in the file for people and scripts; it follows from the rest.
    root.has_only({"schema", "name", "opset", "inputs", "outputs", "nodes", "constants", "values", "macs", "parameters",
                   "stored_parameters", "layers", "unsupported"});
    Model model;
    if (root.has("name"))
        model.name = root["name"].text();
    const std::int64_t opset = root["opset"].integer();
    if (opset < 1 || opset > 17)
        root["opset"].fail(fmt::format("uses ONNX opset {}; 9 to 17 can be read", opset));
    model.opset = static_cast<int>(opset);
    if (root.has("constants"))
        for (const At& at : root["constants"].items()) {
            at.has_only({"name", "type", "shape", "values", "base64"});
            add(model.constants, at["name"], constant_of(at));
        }
    std::set<std::string> seen;
    for (const At& at : root["inputs"].items()) {
        model.inputs.push_back(value_of(at));
        const std::string& input = model.inputs.back().name;
        if (model.constants.contains(input) || !seen.insert(input).second)
            at["name"].fail(fmt::format("'{}' is given twice", input));
    }
    for (const At& at : root["outputs"].items())
        model.outputs.push_back(value_of(at));
    if (model.outputs.empty())
        root["outputs"].fail("must have at least one output");
    if (root.has("values"))
        for (const At& at : root["values"].items())
            add(model.values, at["name"], value_of(at));
    for (const At& at : root["nodes"].items())
        model.nodes.push_back(node_of(at));
    if (model.nodes.empty())
        root["nodes"].fail("must have at least one node");
    return model;
}

} // namespace

Model model_of_json_graph(const Json& graph, const std::filesystem::path& file)
{
    Model model = model_of(At(graph, file.string(), ""));
    model.file = file.string();
    return model;
}

} // namespace imc
