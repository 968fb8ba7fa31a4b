#include "workloads/read/json_reader.h"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "workloads/read/graph_reader.h"

namespace imc
{

namespace
{

constexpr std::size_t max_layers = 100000;

const char* onnx_name(LayerOp op)
{
    switch (op) {
    case LayerOp::relu:
        return "Relu";
    case LayerOp::sigmoid:
        return "Sigmoid";
    case LayerOp::tanh:
        return "Tanh";
    case LayerOp::hard_swish:
        return "HardSwish";
    case LayerOp::softmax:
        return "Softmax";
    case LayerOp::flatten:
        return "Flatten";
    case LayerOp::global_average_pool:
        return "GlobalAveragePool";
    default:
        throw std::logic_error("layer without a plain ONNX operator");
    }
}

/// Writes layers out as nodes and follows the shapes as far as weights need them; everything else about
/// shapes is left to build_graph.
class Writer
{
public:
    Writer(const NetworkFile& network, const std::string& file) : network_(network)
    {
        model_.file = file;
        model_.name = network.name;
    }

    Model write()
    {
        ModelValue input{network_.input.name, ElementType::float32, std::vector<Dim>()};
        for (const std::int64_t d : network_.input.shape)
            input.dims->push_back({d, {}});
        model_.inputs.push_back(input);
        names_.insert(input.name);
        shapes_[input.name] = network_.input.shape;
        const std::string last = write_layers(network_.layers, input.name);
        for (const std::string& name : network_.outputs.empty() ? std::vector{last} : network_.outputs) {
            if (!shapes_.contains(name))
                throw ConfigError(model_.file, fmt::format("outputs: there is no layer '{}'", name));
            model_.outputs.push_back({name, ElementType::float32, std::nullopt});
        }
        return std::move(model_);
    }

private:
    using Sizes = std::vector<std::int64_t>;

    [[noreturn]] void fail(const std::string& layer, const std::string& what) const
    {
        throw ConfigError(model_.file, fmt::format("layer '{}': {}", layer, what));
    }

    std::string write_layers(const std::vector<LayerFile>& layers, std::string previous)
    {
        for (const LayerFile& layer : layers)
            previous = write_layer(layer, previous);
        return previous;
    }

    std::string write_layer(const LayerFile& layer, const std::string& previous)
    {
        if (model_.nodes.size() > max_layers)
            throw ConfigError(model_.file, fmt::format("has more than {} layers", max_layers));
        std::vector<std::string> inputs = layer.inputs;
        if (inputs.empty())
            inputs = {previous};
        for (std::string& input : inputs)
            input = resolved(layer, input);
        if (layer.op == LayerOp::repeat) {
            std::string result = inputs[0];
            for (std::int64_t i = 0; i < layer.times; ++i)
                result = write_layers(layer.layers, result);
            return named(layer, result);
        }
        if (layer.op == LayerOp::residual) {
            // The body comes first, so that its layers are numbered in the order they are read.
            const std::string body = write_layers(layer.layers, inputs[0]);
            inputs = {body, write_layers(layer.shortcut, inputs[0])};
        }
        const bool joins = layer.op == LayerOp::add || layer.op == LayerOp::concat || layer.op == LayerOp::residual;
        const std::string name = unique_name(layer);
        if (!joins && inputs.size() != 1)
            fail(name, fmt::format("has {} inputs, expected one", inputs.size()));
        if (joins && inputs.size() < 2)
            fail(name, "needs two inputs or more");
        std::string result = write_one(layer, name, inputs);
        if (layer.activation != Activation::none)
            result = write_activation(layer.activation, name, result);
        return named(layer, result);
    }

    /// Layers inside a repeat have one name and several results: the latest is meant.
    std::string resolved(const LayerFile& layer, const std::string& name) const
    {
        if (const auto it = aliases_.find(name); it != aliases_.end())
            return it->second;
        if (!shapes_.contains(name))
            fail(layer.name, fmt::format("reads '{}', which is no layer before it", name));
        return name;
    }

    std::string named(const LayerFile& layer, const std::string& result)
    {
        if (!layer.name.empty())
            aliases_[layer.name] = result;
        return result;
    }

    std::string unique_name(const LayerFile& layer)
    {
        static const char* const stems[] = {"conv", "dense",   "pool", "pool",       "pool",    "flatten", "relu",
                                            "relu", "sigmoid", "tanh", "hard_swish", "softmax", "add",     "concat",
                                            "pad",  "add",     ""};
        const std::string stem = layer.name.empty() ? stems[static_cast<std::size_t>(layer.op)] : layer.name;
        std::string name = layer.name;
        for (int& i = counters_[stem]; name.empty() || names_.contains(name);)
            name = fmt::format("{}{}{}", stem, layer.name.empty() ? "" : "_", ++i);
        names_.insert(name);
        return name;
    }

    ModelNode& node(const std::string& op, const std::string& name, std::vector<std::string> inputs, Sizes shape)
    {
        shapes_[name] = std::move(shape);
        ModelNode n;
        n.name = name;
        n.op = op;
        n.inputs = std::move(inputs);
        n.outputs = {name};
        model_.nodes.push_back(std::move(n));
        return model_.nodes.back();
    }

    std::string weight(const std::string& name, const Sizes& shape)
    {
        model_.constants[name] = {ElementType::float32, Shape(shape), nullptr};
        return name;
    }

    Sizes image(const std::string& name, const std::string& input) const
    {
        const Sizes& x = shapes_.at(input);
        if (x.size() != 4)
            fail(name, fmt::format("reads [{}], expected images, channels, rows, columns", fmt::join(x, ", ")));
        return x;
    }

    std::string write_one(const LayerFile& layer, const std::string& name, const std::vector<std::string>& inputs)
    {
        const Sizes x = shapes_.at(inputs[0]);
        switch (layer.op) {
        case LayerOp::conv:
            write_conv(layer, name, inputs[0]);
            break;
        case LayerOp::dense:
            write_dense(layer, name, inputs[0]);
            break;
        case LayerOp::max_pool:
        case LayerOp::average_pool:
            write_pool(layer, name, inputs[0]);
            break;
        case LayerOp::global_average_pool:
            node(onnx_name(layer.op), name, inputs, {image(name, inputs[0])[0], x[1], 1, 1});
            break;
        case LayerOp::flatten: {
            std::int64_t values = 1;
            for (std::size_t i = 1; i < x.size(); ++i)
                if (__builtin_mul_overflow(values, x[i], &values))
                    fail(name, "has too many values");
            node("Flatten", name, inputs, {x[0], values});
            break;
        }
        case LayerOp::relu6:
            write_activation(Activation::relu6, "", inputs[0], name);
            break;
        case LayerOp::residual:
        case LayerOp::add:
            node(inputs.size() == 2 ? "Add" : "Sum", name, inputs, x);
            break;
        case LayerOp::concat:
            write_concat(name, inputs);
            break;
        case LayerOp::pad_channels: {
            Sizes y = image(name, inputs[0]);
            y[1] += layer.before + layer.after;
            const std::string pads = name + ".pads";
            const Value value = Value::integers({0, layer.before, 0, 0, 0, layer.after, 0, 0});
            model_.constants[pads] = {ElementType::int64, value.shape, value.data};
            node("Pad", name, {inputs[0], pads}, y);
            break;
        }
        default:
            node(onnx_name(layer.op), name, inputs, x);
        }
        return name;
    }

    Sizes two(const LayerFile& layer, const std::string& name, const char* key, const Sizes& given) const
    {
        if (given.size() == 1)
            return {given[0], given[0]};
        if (given.size() != 2)
            fail(name, fmt::format("{} has {} entries, expected 1 or 2", key, given.size()));
        return (void)layer, given;
    }

    Sizes pads(const std::string& name, const LayerFile& layer) const
    {
        if (layer.pad.size() == 1)
            return Sizes(4, layer.pad[0]);
        if (layer.pad.size() != 4)
            fail(name, fmt::format("pad has {} entries, expected 1 or 4", layer.pad.size()));
        return layer.pad;
    }

    /// Rows and columns behind a window; 0 where it does not fit, which build_graph reports.
    Sizes windowed(const Sizes& x, const Sizes& kernel, const Sizes& stride, const Sizes& dilation, const Sizes& pad,
                   bool ceil_mode) const
    {
        Sizes out;
        for (std::size_t i = 0; i < 2; ++i) {
            const std::int64_t room = x[i + 2] + pad[i] + pad[i + 2] - ((kernel[i] - 1) * dilation[i] + 1);
            std::int64_t n = room < 0 ? 0 : room / stride[i] + 1;
            if (ceil_mode && room > 0 && room % stride[i] != 0 && n * stride[i] < x[i + 2] + pad[i])
                ++n;
            out.push_back(n);
        }
        return out;
    }

    void write_conv(const LayerFile& layer, const std::string& name, const std::string& input)
    {
        const Sizes x = image(name, input);
        const Sizes kernel = two(layer, name, "kernel", layer.kernel),
                    dilation = two(layer, name, "dilation", layer.dilation),
                    stride = two(layer, name, "stride", layer.stride.empty() ? Sizes{1} : layer.stride),
                    pad = pads(name, layer);
        const std::int64_t groups = layer.depthwise ? x[1] : layer.groups;
        const std::int64_t filters = layer.depthwise ? x[1] : layer.filters;
        if (layer.depthwise && layer.filters != 0 && layer.filters != x[1])
            fail(name, fmt::format("depthwise over {} channels cannot have {} filters", x[1], layer.filters));
        if (x[1] % groups != 0 || filters % groups != 0)
            fail(name, fmt::format("{} groups for {} input and {} output channels", groups, x[1], filters));
        std::vector<std::string> inputs{input,
                                        weight(name + ".weight", {filters, x[1] / groups, kernel[0], kernel[1]})};
        if (layer.bias)
            inputs.push_back(weight(name + ".bias", {filters}));
        const Sizes y = windowed(x, kernel, stride, dilation, pad, false);
        ModelNode& n = node("Conv", name, inputs, {x[0], filters, y[0], y[1]});
        n.attributes = {
            {"kernel_shape", kernel}, {"strides", stride}, {"pads", pad}, {"dilations", dilation}, {"group", groups}};
    }

    void write_dense(const LayerFile& layer, const std::string& name, std::string input)
    {
        Sizes x = shapes_.at(input);
        if (x.size() == 4 && x[2] == 1 && x[3] == 1) { // what a global pool leaves
            const std::string flat = name + "_flatten";
            node("Flatten", flat, {input}, {x[0], x[1]});
            input = flat;
            x = {x[0], x[1]};
        }
        if (x.size() != 2)
            fail(name, fmt::format("reads [{}], expected images, values; is a flatten missing?", fmt::join(x, ", ")));
        std::vector<std::string> inputs{input, weight(name + ".weight", {layer.units, x[1]})};
        if (layer.bias)
            inputs.push_back(weight(name + ".bias", {layer.units}));
        ModelNode& n = node("Gemm", name, inputs, {x[0], layer.units});
        n.attributes = {{"transB", std::int64_t{1}}};
    }

    void write_pool(const LayerFile& layer, const std::string& name, const std::string& input)
    {
        const Sizes x = image(name, input);
        const Sizes kernel = two(layer, name, "kernel", layer.kernel),
                    stride = two(layer, name, "stride", layer.stride.empty() ? layer.kernel : layer.stride),
                    pad = pads(name, layer);
        const Sizes y = windowed(x, kernel, stride, {1, 1}, pad, layer.ceil_mode);
        const bool average = layer.op == LayerOp::average_pool;
        ModelNode& n = node(average ? "AveragePool" : "MaxPool", name, {input}, {x[0], x[1], y[0], y[1]});
        n.attributes = {
            {"kernel_shape", kernel}, {"strides", stride}, {"pads", pad}, {"ceil_mode", std::int64_t{layer.ceil_mode}}};
        if (average)
            n.attributes["count_include_pad"] = std::int64_t{layer.count_include_pad};
    }

    void write_concat(const std::string& name, const std::vector<std::string>& inputs)
    {
        Sizes y = shapes_.at(inputs[0]);
        if (y.size() < 2)
            fail(name, "needs channels");
        for (std::size_t i = 1; i < inputs.size(); ++i)
            y[1] += shapes_.at(inputs[i]).size() > 1 ? shapes_.at(inputs[i])[1] : 0;
        node("Concat", name, inputs, y).attributes = {{"axis", std::int64_t{1}}};
    }

    std::string write_activation(Activation activation, const std::string& name, const std::string& input,
                                 std::string result = {})
    {
        static const char* const words[] = {"", "relu", "relu6", "sigmoid", "tanh", "hard_swish"};
        static const char* const operators[] = {"", "Relu", "Clip", "Sigmoid", "Tanh", "HardSwish"};
        const auto i = static_cast<std::size_t>(activation);
        if (result.empty())
            result = name + "_" + words[i];
        std::vector<std::string> inputs{input};
        if (activation == Activation::relu6) {
            for (const auto& [bound, value] : {std::pair("zero", 0.0), std::pair("six", 6.0)}) {
                const Value v = Value::scalar(ElementType::float32, value);
                model_.constants[bound] = {ElementType::float32, v.shape, v.data};
                inputs.push_back(bound);
            }
        }
        node(operators[i], result, inputs, shapes_.at(input));
        return result;
    }

    const NetworkFile& network_;
    Model model_;
    std::map<std::string, Sizes> shapes_;        ///< of every value so far
    std::map<std::string, std::string> aliases_; ///< layer name → its latest result
    std::map<std::string, int> counters_;
    std::set<std::string> names_;
};

} // namespace

Model model_of(const NetworkFile& network, const std::string& file) { return Writer(network, file).write(); }

Model parse_json_network(std::string_view text, const std::filesystem::path& file)
{
    const auto document = config::Document::parse(text, file);
    const nlohmann::json& root = document.root();
    const nlohmann::json schema = root.is_object() ? root.value("schema", nlohmann::json()) : nlohmann::json();
    if (schema == graph_schema)
        return model_of_json_graph(root, file);
    if (schema.is_string() && schema != network_schema)
        throw ConfigError(file.string() + ": schema",
                          fmt::format("must be \"{}\" or \"{}\", got {}", network_schema, graph_schema, schema.dump()));
    return model_of(document.read<NetworkFile>(), file.string());
}

} // namespace imc
