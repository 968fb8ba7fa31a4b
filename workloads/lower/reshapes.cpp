#include "workloads/lower/movements.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "workloads/checked.h"

namespace imc::lower
{

namespace
{

constexpr std::int64_t max_made_elements = std::int64_t{1} << 22; // what a few bytes of file may ask for

void check_made(const Context& c, std::int64_t elements)
{
    if (elements > max_made_elements)
        throw Unsupported{fmt::format("{} makes a constant of {} elements", c.op(), elements)};
}

Lowered move(Move::Function function, Shape shape, ElementType type)
{
    Move m;
    m.function = function;
    return {m, {{std::move(shape), type, {}}}};
}

Lowered reshaped(const Context& c, Shape shape)
{
    return move(Move::Function::reshape, std::move(shape), c.in(0).type);
}

} // namespace

Lowered identity(const Context& c) { return move(Move::Function::identity, c.shape(0), c.in(0).type); }

Lowered dropout(const Context& c)
{
    if (c.has(2) && c.opset() >= 12) {
        const auto training = c.constant_reals(2, "training_mode");
        if (training.size() != 1 || training[0] != 0)
            throw Unsupported{"training mode"};
    }
    Lowered lowered = identity(c);
    if (c.wants(1)) { // the mask of an inference: everything passes
        const ElementType type = c.opset() >= 10 ? ElementType::boolean : c.in(0).type;
        check_made(c, c.shape(0).elements());
        TensorData ones(type, c.shape(0).elements());
        for (std::int64_t i = 0; i < ones.elements(); ++i)
            ones.set_integer(i, 1);
        lowered.results.push_back({c.shape(0), type, Value(c.shape(0), std::move(ones))});
    }
    return lowered;
}

Lowered reshape(const Context& c)
{
    const auto wanted = c.constant_integers(1, "shape");
    const Shape& x = c.shape(0);
    const bool allow_zero = c.integer("allowzero", 0) != 0;
    Shape shape;
    int open = -1;
    std::int64_t known = 1;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] < -1 || (wanted[i] == -1 && open >= 0) || (wanted[i] == 0 && !allow_zero && i >= x.rank()))
            c.fail(fmt::format("reshape of {} to [{}]", x.text(), fmt::join(wanted, ", ")));
        if (wanted[i] == -1) {
            open = static_cast<int>(i);
            shape.push_back(1);
            continue;
        }
        shape.push_back(wanted[i] == 0 && !allow_zero ? x.dim(i) : Dim{wanted[i], {}});
        known = checked_multiply(known, shape[i]);
    }
    const std::int64_t elements = x.elements();
    if (open >= 0 && known != 0)
        shape.set(static_cast<std::size_t>(open), {elements / known, {}});
    if (shape.elements() != elements)
        c.fail(fmt::format("reshape of {} to [{}]", x.text(), fmt::join(wanted, ", ")));
    return reshaped(c, std::move(shape));
}

Lowered flatten(const Context& c)
{
    const Shape& x = c.shape(0);
    const auto axis = static_cast<std::size_t>(c.axis(c.integer("axis", 1), x.rank(), true));
    Shape shape;
    shape.push_back(axis == 1 ? x.dim(0) : Dim{x.elements(0, axis), {}});
    shape.push_back(x.elements(axis, x.rank()));
    return reshaped(c, std::move(shape));
}

namespace
{

std::set<int> distinct_axes(const Context& c, const std::vector<std::int64_t>& given, std::size_t rank)
{
    std::set<int> axes;
    for (const std::int64_t a : given)
        if (!axes.insert(c.axis(a, rank)).second)
            c.fail(fmt::format("axis {} is named twice", a));
    return axes;
}

} // namespace

Lowered squeeze(const Context& c)
{
    const Shape& x = c.shape(0);
    const auto given = c.integers_or_operand("axes", 1, 13);
    const std::set<int> axes = distinct_axes(c, given.value_or(std::vector<std::int64_t>()), x.rank());
    Shape shape;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        const bool dropped = given ? axes.contains(static_cast<int>(i)) : x[i] == 1;
        if (dropped && x[i] != 1)
            c.fail(fmt::format("axis {} of shape {} is not 1", i, x.text()));
        if (!dropped)
            shape.push_back(x.dim(i));
    }
    return reshaped(c, std::move(shape));
}

Lowered unsqueeze(const Context& c)
{
    const auto given = c.integers_or_operand("axes", 1, 13);
    if (!given)
        c.fail("has no axes");
    const std::size_t rank = c.shape(0).rank() + given->size();
    if (rank > 64)
        c.fail(fmt::format("rank {}", rank));
    const std::set<int> axes = distinct_axes(c, *given, rank);
    Shape shape;
    std::size_t next = 0;
    for (std::size_t i = 0; i < rank; ++i)
        shape.push_back(axes.contains(static_cast<int>(i)) ? Dim{} : c.shape(0).dim(next++));
    return reshaped(c, std::move(shape));
}

Lowered transpose(const Context& c)
{
    const Shape& x = c.shape(0);
    Move m;
    m.function = Move::Function::transpose;
    if (const auto perm = c.integers("perm"))
        m.permutation = *perm;
    else
        for (std::size_t i = x.rank(); i-- > 0;)
            m.permutation.push_back(static_cast<std::int64_t>(i));
    std::vector<std::int64_t> sorted = m.permutation;
    std::sort(sorted.begin(), sorted.end());
    bool valid = sorted.size() == x.rank();
    for (std::size_t i = 0; valid && i < sorted.size(); ++i)
        valid = sorted[i] == static_cast<std::int64_t>(i);
    if (!valid)
        c.fail(fmt::format("permutation [{}] of a tensor of shape {}", fmt::join(m.permutation, ", "), x.text()));
    Shape shape;
    for (const std::int64_t i : m.permutation)
        shape.push_back(x.dim(static_cast<std::size_t>(i)));
    return {m, {{shape, c.in(0).type, {}}}};
}

Lowered expand(const Context& c)
{
    const auto wanted = c.constant_integers(1, "shape");
    for (const std::int64_t d : wanted)
        if (d < 0)
            c.fail(fmt::format("expands to [{}]", fmt::join(wanted, ", ")));
    return move(Move::Function::expand, c.broadcast(c.shape(0), Shape(wanted)), c.in(0).type);
}

Lowered cast(const Context& c)
{
    static constexpr ElementType types[] = {
        // by TensorProto's numbering
        ElementType::float32, ElementType::float32, ElementType::uint8,  ElementType::int8,    ElementType::uint16,
        ElementType::int16,   ElementType::int32,   ElementType::int64,  ElementType::boolean, ElementType::boolean,
        ElementType::float16, ElementType::float64, ElementType::uint32, ElementType::uint64};
    const std::int64_t to = c.integer("to", 0);
    const bool known = to == 16 || (to >= 1 && to <= 13 && to != 8);
    if (!known)
        throw Unsupported{fmt::format("casts to ONNX type {}", to)};
    const ElementType type = to == 16 ? ElementType::bfloat16 : types[to];
    return move(Move::Function::cast, c.shape(0), type);
}

// Results that are known without running anything.

Lowered constant(const Context& c)
{
    std::optional<Value> value;
    if (const Attribute* a = c.attribute("value")) {
        if (const Value* v = std::get_if<Value>(a))
            value = *v;
    } else if (c.attribute("value_float")) {
        value = Value::scalar(ElementType::float32, c.real("value_float", 0));
    } else if (c.attribute("value_int")) {
        value = Value::scalar(ElementType::int64, 0);
        TensorData data(ElementType::int64, 1);
        data.set_integer(0, c.integer("value_int", 0));
        value = Value(Shape{}, std::move(data));
    } else if (const auto ints = c.integers("value_ints")) {
        value = Value::integers(*ints);
    } else if (const auto reals = c.reals("value_floats")) {
        TensorData data(ElementType::float32, static_cast<std::int64_t>(reals->size()));
        for (std::size_t i = 0; i < reals->size(); ++i)
            data.set_real(static_cast<std::int64_t>(i), (*reals)[i]);
        value = Value(Shape{static_cast<std::int64_t>(reals->size())}, std::move(data));
    }
    if (!value)
        throw Unsupported{"its value is not a tensor of numbers"};
    return {Move{}, {{value->shape, value->type(), value}}};
}

Lowered constant_of_shape(const Context& c)
{
    const auto dims = c.constant_integers(0, "shape");
    for (const std::int64_t d : dims)
        if (d < 0)
            c.fail(fmt::format("shape [{}]", fmt::join(dims, ", ")));
    ElementType type = ElementType::float32;
    double fill = 0;
    if (const Attribute* a = c.attribute("value")) {
        const Value* v = std::get_if<Value>(a);
        if (!v || v->elements() != 1)
            c.fail("attribute 'value' must be one number");
        type = v->type();
        fill = v->data->real(0);
    }
    const Shape shape(dims);
    check_made(c, shape.elements());
    TensorData data(type, shape.elements());
    for (std::int64_t i = 0; fill != 0 && i < data.elements(); ++i)
        data.set_real(i, fill);
    return {Move{}, {{shape, type, Value(shape, std::move(data))}}};
}

Lowered shape(const Context& c)
{
    const auto rank = static_cast<std::int64_t>(c.shape(0).rank());
    const auto clamp = [&](std::int64_t v) { return std::clamp<std::int64_t>(v < 0 ? v + rank : v, 0, rank); };
    const std::int64_t start = clamp(c.integer("start", 0)), end = clamp(c.integer("end", rank));
    std::vector<std::int64_t> dims = c.shape(0).values();
    dims = start < end ? std::vector(dims.begin() + start, dims.begin() + end) : std::vector<std::int64_t>();
    const Value value = Value::integers(dims);
    return {Move{}, {{value.shape, ElementType::int64, value}}};
}

Lowered size(const Context& c)
{
    TensorData data(ElementType::int64, 1);
    data.set_integer(0, c.shape(0).elements());
    return {Move{}, {{Shape{}, ElementType::int64, Value(Shape{}, std::move(data))}}};
}

Lowered range(const Context& c)
{
    const auto start = c.constant_reals(0, "start"), limit = c.constant_reals(1, "limit"),
               delta = c.constant_reals(2, "delta");
    if (start.size() != 1 || limit.size() != 1 || delta.size() != 1 || delta[0] == 0)
        c.fail("start, limit and delta must be one number each, delta not 0");
    const double count = std::max(0.0, std::ceil((limit[0] - start[0]) / delta[0]));
    if (!(count <= static_cast<double>(max_made_elements)))
        throw Unsupported{"makes a constant of too many elements"};
    const Shape shape{static_cast<std::int64_t>(count)};
    TensorData data(c.in(0).type, shape[0]);
    for (std::int64_t i = 0; i < shape[0]; ++i)
        data.set_real(i, start[0] + static_cast<double>(i) * delta[0]);
    return {Move{}, {{shape, data.type(), Value(shape, std::move(data))}}};
}

} // namespace imc::lower
