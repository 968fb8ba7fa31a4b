#include "workloads/execute/batch.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc
{

Value converted(const Value& value, ElementType type, const std::string& place)
{
    if (value.type() == type)
        return value;
    TensorData data(type, value.elements());
    if (is_floating(type)) {
        for (std::int64_t i = 0; i < data.elements(); ++i)
            data.set_real(i, value.data->real(i));
        return {value.shape, std::move(data)};
    }
    if (is_floating(value.type()) || !is_integer(type))
        throw ConfigError(place, fmt::format("holds {}, the network takes {}", name(value.type()), name(type)));
    const auto [low, high] = integer_range(type);
    for (std::int64_t i = 0; i < data.elements(); ++i) {
        const std::int64_t v = value.data->integer(i);
        if (v < low || v > high)
            throw ConfigError(place, fmt::format("element {} is {}, which {} does not hold", i, v, name(type)));
        data.set_integer(i, v);
    }
    return {value.shape, std::move(data)};
}

namespace
{

Value rows(const Value& value, const Shape& shape, std::int64_t batch)
{
    TensorData part(value.type(), shape.elements());
    const std::size_t bytes = part.bytes().size();
    if (bytes > 0)
        std::memcpy(part.bytes().data(), value.data->bytes().data() + static_cast<std::size_t>(batch) * bytes, bytes);
    return {shape, std::move(part)};
}

Value joined(const std::vector<Value>& parts)
{
    if (parts.size() == 1)
        return parts[0];
    Shape shape = parts[0].shape;
    shape.set(0, {shape[0] * static_cast<std::int64_t>(parts.size()), {}});
    TensorData data(parts[0].type(), shape.elements());
    std::size_t at = 0;
    for (const Value& part : parts) {
        std::ranges::copy(part.data->bytes(), data.bytes().begin() + static_cast<std::ptrdiff_t>(at));
        at += part.data->bytes().size();
    }
    return {shape, std::move(data)};
}

/// How often the network runs for this input; 0 if the shape does not fit.
std::int64_t batches_of(const Shape& given, const Shape& wanted)
{
    if (given == wanted)
        return 1;
    if (given.rank() != wanted.rank() || wanted.rank() == 0 || wanted[0] == 0 || given[0] % wanted[0] != 0)
        return 0;
    for (std::size_t i = 1; i < wanted.rank(); ++i)
        if (given[i] != wanted[i])
            return 0;
    return given[0] / wanted[0];
}

} // namespace

std::vector<Value> execute_batches(const Graph& graph, const std::map<std::string, Value>& inputs, const Runner& run)
{
    for (const auto& [name_given, value] : inputs)
        if (const std::string& given = name_given;
            !given.empty() && std::none_of(graph.inputs.begin(), graph.inputs.end(),
                                           [&](TensorId t) { return graph.tensor(t).name == given; }))
            throw ConfigError(graph.name, fmt::format("has no input named '{}'", given));
    std::vector<Value> all;
    std::int64_t batches = -1;
    for (const TensorId id : graph.inputs) {
        const Tensor& t = graph.tensor(id);
        auto it = inputs.find(t.name);
        if (it == inputs.end() && graph.inputs.size() == 1)
            it = inputs.find("");
        if (it == inputs.end())
            throw ConfigError(graph.name, fmt::format("input '{}' of shape {} is not given", t.name, t.shape.text()));
        const std::int64_t n = batches_of(it->second.shape, t.shape);
        if (n < 1 || (batches >= 1 && n != batches))
            throw ConfigError(graph.name,
                              fmt::format("input '{}' has the shape {}, expected {} or a multiple of its first size",
                                          t.name, it->second.shape.text(), t.shape.text()));
        batches = n;
        all.push_back(converted(it->second, t.type, fmt::format("input '{}'", t.name)));
    }
    batches = std::max<std::int64_t>(batches, 1);
    std::vector<std::vector<Value>> parts(graph.outputs.size());
    for (std::int64_t b = 0; b < batches; ++b) {
        std::vector<Value> one;
        for (std::size_t i = 0; i < all.size(); ++i)
            one.push_back(batches == 1 ? all[i] : rows(all[i], graph.tensor(graph.inputs[i]).shape, b));
        std::vector<Value> out = run(one);
        for (std::size_t i = 0; i < out.size(); ++i) {
            if (batches > 1 && out[i].shape.rank() == 0)
                throw ConfigError(graph.name, "returns a scalar, which several batches cannot be joined in");
            parts[i].push_back(std::move(out[i]));
        }
    }
    std::vector<Value> outputs;
    for (const auto& p : parts)
        outputs.push_back(joined(p));
    return outputs;
}

} // namespace imc
