#include "workloads/lower/context.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc::lower
{

void Context::fail(const std::string& what) const { throw ConfigError(place_, what); }

TensorId Context::id(std::size_t i) const
{
    if (!has(i))
        fail(fmt::format("operand {} is missing", i));
    return inputs_[i];
}

const Attribute* Context::attribute(const char* name) const
{
    const auto it = node_.attributes.find(name);
    return it == node_.attributes.end() ? nullptr : &it->second;
}

namespace
{

template <class T> const T* attribute_as(const Context& c, const char* name, const char* kind)
{
    const Attribute* a = c.attribute(name);
    if (!a)
        return nullptr;
    if (const T* value = std::get_if<T>(a))
        return value;
    c.fail(fmt::format("attribute '{}' must be {}", name, kind));
}

} // namespace

std::int64_t Context::integer(const char* name, std::int64_t fallback) const
{
    const auto* v = attribute_as<std::int64_t>(*this, name, "an integer");
    return v ? *v : fallback;
}

double Context::real(const char* name, double fallback) const
{
    const auto* v = attribute_as<double>(*this, name, "a number");
    return v ? *v : fallback;
}

std::string Context::text(const char* name, const std::string& fallback) const
{
    const auto* v = attribute_as<std::string>(*this, name, "a string");
    return v ? *v : fallback;
}

std::optional<std::vector<std::int64_t>> Context::integers(const char* name) const
{
    const auto* v = attribute_as<std::vector<std::int64_t>>(*this, name, "a list of integers");
    return v ? std::optional(*v) : std::nullopt;
}

std::optional<std::vector<double>> Context::reals(const char* name) const
{
    const auto* v = attribute_as<std::vector<double>>(*this, name, "a list of numbers");
    return v ? std::optional(*v) : std::nullopt;
}

const Value Context::value_of(std::size_t i, const char* what) const
{
    const Tensor& t = in(i);
    if (!t.is_constant || !t.data)
        throw Unsupported{fmt::format("{} ('{}') {}", what, t.name,
                                      t.is_constant ? "has no data" : "depends on the network's input")};
    if (t.data->elements() > 4096)
        fail(fmt::format("{} has {} elements", what, t.data->elements()));
    return {t.shape, t.data};
}

std::vector<std::int64_t> Context::constant_integers(std::size_t i, const char* what) const
{
    const Value v = value_of(i, what);
    if (!is_integer(v.type()))
        fail(fmt::format("{} must be integers, not {}", what, name(v.type())));
    return v.to_integers();
}

std::vector<double> Context::constant_reals(std::size_t i, const char* what) const
{
    return value_of(i, what).to_reals();
}

std::optional<std::vector<std::int64_t>> Context::integers_or_operand(const char* name, std::size_t i, int since) const
{
    if (opset_ < since)
        return integers(name);
    if (!has(i))
        return std::nullopt;
    return constant_integers(i, name);
}

int Context::axis(std::int64_t value, std::size_t rank, bool end) const
{
    const auto r = static_cast<std::int64_t>(rank);
    if (value < -r || value >= r + (end ? 1 : 0))
        fail(fmt::format("axis {} is not one of a rank-{} tensor's", value, rank));
    return static_cast<int>(value < 0 ? value + r : value);
}

Shape Context::broadcast(const Shape& a, const Shape& b) const
{
    std::vector<Dim> dims(std::max(a.rank(), b.rank()));
    for (std::size_t i = 0; i < dims.size(); ++i) {
        const std::size_t lead_a = dims.size() - a.rank(), lead_b = dims.size() - b.rank();
        const Dim da = i < lead_a ? Dim{} : a.dim(i - lead_a);
        const Dim db = i < lead_b ? Dim{} : b.dim(i - lead_b);
        if (da.value != db.value && da.value != 1 && db.value != 1)
            fail(fmt::format("shapes {} and {} do not fit together", a.text(), b.text()));
        dims[i] = da.value == 1 ? db : da;
    }
    return Shape(std::move(dims));
}

Shape Context::broadcast(std::size_t first, std::size_t last) const
{
    Shape result = shape(first);
    for (std::size_t i = first + 1; i < last; ++i)
        result = broadcast(result, shape(i));
    return result;
}

void Context::require_rank(std::size_t i, std::size_t low, std::size_t high) const
{
    if (shape(i).rank() < low || shape(i).rank() > high)
        fail(fmt::format("operand {} has the shape {}, its rank must be {}", i, shape(i).text(),
                         low == high ? std::to_string(low) : fmt::format("{} to {}", low, high)));
}

void Context::require_floating(std::size_t i) const
{
    if (!is_floating(in(i).type))
        fail(fmt::format("operand {} is {}, not floating point", i, name(in(i).type)));
}

void Context::require_same_type(std::size_t a, std::size_t b) const
{
    if (in(a).type != in(b).type)
        fail(fmt::format("operands {} and {} differ in type: {} and {}", a, b, name(in(a).type), name(in(b).type)));
}

namespace
{

constexpr std::int64_t max_window = std::int64_t{1} << 31;

std::vector<std::int64_t> per_axis(const Context& c, const char* name, std::size_t count, std::int64_t fallback,
                                   std::int64_t low)
{
    const auto given = c.integers(name);
    if (!given || given->empty())
        return std::vector<std::int64_t>(count, fallback);
    if (given->size() != count)
        c.fail(fmt::format("attribute '{}' has {} entries, expected {}", name, given->size(), count));
    for (const std::int64_t v : *given)
        if (v < low || v > max_window)
            c.fail(fmt::format("attribute '{}' has the entry {}, expected at least {}", name, v, low));
    return *given;
}

/// SAME: as many outputs as ceil(in / stride); the odd pad goes to the end (upper) or the beginning (lower).
void pad_same(WindowAxis& a, bool upper)
{
    const std::int64_t out = (a.in + a.stride - 1) / a.stride;
    const std::int64_t total = std::max<std::int64_t>(0, (out - 1) * a.stride + a.extent() - a.in);
    a.pad_begin = upper ? total / 2 : total - total / 2;
    a.pad_end = total - a.pad_begin;
}

} // namespace

Window window(const Context& c, const std::vector<std::int64_t>& kernel)
{
    c.require_rank(0, 3, 5);
    const Shape& x = c.shape(0);
    const std::size_t n = x.rank() - 2;
    if (kernel.size() != n)
        c.fail(fmt::format("kernel [{}] for an input of shape {}", fmt::join(kernel, ", "), x.text()));
    const auto strides = per_axis(c, "strides", n, 1, 1);
    const auto dilations = per_axis(c, "dilations", n, 1, 1);
    const auto pads = per_axis(c, "pads", 2 * n, 0, 0);
    const std::string auto_pad = c.text("auto_pad", "NOTSET");
    if (auto_pad != "NOTSET" && auto_pad != "VALID" && auto_pad != "SAME_UPPER" && auto_pad != "SAME_LOWER" &&
        !auto_pad.empty())
        c.fail(fmt::format("auto_pad is '{}'", auto_pad));
    const bool ceil_mode = c.integer("ceil_mode", 0) != 0;

    Window w{x[1], {}};
    for (std::size_t i = 0; i < n; ++i) {
        if (kernel[i] < 1 || kernel[i] > max_window)
            c.fail(fmt::format("kernel size {}", kernel[i]));
        WindowAxis a{x[i + 2], kernel[i], strides[i], dilations[i], pads[i], pads[i + n], 1};
        if (auto_pad.starts_with("SAME"))
            pad_same(a, auto_pad == "SAME_UPPER");
        else if (auto_pad == "VALID")
            a.pad_begin = a.pad_end = 0;
        const std::int64_t room = a.in + a.pad_begin + a.pad_end - a.extent();
        if (room < 0 || a.in < 1)
            c.fail(fmt::format("a window of {} does not fit an input of {} with padding {} + {}", a.extent(), a.in,
                               a.pad_begin, a.pad_end));
        a.out = room / a.stride + 1;
        // A window that would start beyond the input and its leading padding sees nothing and is not taken.
        if (ceil_mode && room % a.stride != 0 && a.out * a.stride < a.in + a.pad_begin)
            ++a.out;
        w.axes.push_back(a);
    }
    return w;
}

Shape window_result(const Context& c, std::int64_t channels, const Window& w)
{
    Shape shape;
    shape.push_back(c.shape(0).dim(0));
    shape.push_back(channels);
    for (const WindowAxis& a : w.axes)
        shape.push_back(a.out);
    return shape;
}

} // namespace imc::lower
