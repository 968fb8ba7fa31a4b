#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "workloads/execute/kernels.h"
#include "workloads/saturate.h"

namespace imc::kernel
{

namespace
{

/// result[o0, o1, …] = input[Σ offset_of_axis(i, oi)], with −1 for "the fill value": every selection along axes
/// (slice, pad, resize, expand, transpose) is one table per result axis.
using AxisTables = std::vector<std::vector<std::int64_t>>;

template <class T>
void gather_axes(const T* in, T* out, const AxisTables& tables, std::size_t axis, std::int64_t base, T fill,
                 std::int64_t& written)
{
    if (axis == tables.size()) {
        out[written++] = base < 0 ? fill : in[base];
        return;
    }
    const bool last = axis + 1 == tables.size();
    for (const std::int64_t step : tables[axis]) {
        const std::int64_t at = base < 0 || step < 0 ? -1 : base + step;
        if (last)
            out[written++] = at < 0 ? fill : in[at];
        else
            gather_axes(in, out, tables, axis + 1, at, fill, written);
    }
}

Value select(const Value& x, const ResultType& result, const AxisTables& tables, double fill = 0)
{
    TensorData out(result.type, result.shape.elements());
    if (out.elements() > 0)
        with_number(result.type == ElementType::float16 || result.type == ElementType::bfloat16 ? ElementType::uint16
                                                                                                : result.type,
                    [&](auto zero) {
                        using T = decltype(zero);
                        TensorData one(result.type, 1);
                        one.set_real(0, fill);
                        std::int64_t written = 0;
                        gather_axes<T>(x.data->as<T>().data(), out.as<T>().data(), tables, 0, 0, one.as<T>()[0],
                                       written);
                    });
    return {result.shape, std::move(out)};
}

Value transpose(const Value& x, const Move& m, const ResultType& result)
{
    const auto strides = x.shape.strides();
    AxisTables tables;
    for (std::size_t i = 0; i < result.shape.rank(); ++i) {
        tables.emplace_back();
        for (std::int64_t o = 0; o < result.shape[i]; ++o)
            tables[i].push_back(o * strides[static_cast<std::size_t>(m.permutation[i])]);
    }
    return select(x, result, tables);
}

Value slice(const Value& x, const Move& m, const ResultType& result)
{
    const auto strides = x.shape.strides();
    AxisTables tables;
    for (std::size_t i = 0; i < result.shape.rank(); ++i) {
        tables.emplace_back();
        for (std::int64_t o = 0; o < result.shape[i]; ++o)
            tables[i].push_back((m.starts[i] + o * m.steps[i]) * strides[i]);
    }
    return select(x, result, tables);
}

Value pad(const Value& x, const Move& m, const ResultType& result)
{
    const auto strides = x.shape.strides();
    AxisTables tables;
    for (std::size_t i = 0; i < result.shape.rank(); ++i) {
        tables.emplace_back();
        const std::int64_t size = x.shape[i];
        for (std::int64_t o = 0; o < result.shape[i]; ++o) {
            std::int64_t at = o - m.before[i];
            if (m.pad_mode == Move::PadMode::edge)
                at = std::clamp<std::int64_t>(at, 0, size - 1);
            else if (m.pad_mode == Move::PadMode::reflect)
                at = at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
            tables[i].push_back(at < 0 || at >= size ? -1 : at * strides[i]);
        }
    }
    return select(x, result, tables, m.pad_value);
}

Value resize(const Value& x, const Move& m, const ResultType& result)
{
    const auto strides = x.shape.strides();
    AxisTables tables;
    for (std::size_t i = 0; i < m.resize.size(); ++i) {
        tables.emplace_back();
        for (std::int64_t o = 0; o < m.resize[i].out; ++o)
            tables[i].push_back(m.resize[i].source(o) * strides[i]);
    }
    return select(x, result, tables);
}

Value expand(const Value& x, const ResultType& result)
{
    const auto strides = x.shape.strides();
    const std::size_t lead = result.shape.rank() - x.shape.rank();
    AxisTables tables;
    for (std::size_t i = 0; i < result.shape.rank(); ++i) {
        tables.emplace_back();
        const bool repeats = i < lead || x.shape[i - lead] == 1;
        for (std::int64_t o = 0; o < result.shape[i]; ++o)
            tables[i].push_back(repeats ? 0 : o * strides[i - lead]);
    }
    return select(x, result, tables);
}

/// Copies `count` bytes per outer index between tensors cut along an axis.
void copy_part(std::span<const std::byte> from, std::span<std::byte> to, std::int64_t outer, std::size_t from_step,
               std::size_t to_step, std::size_t count)
{
    for (std::size_t o = 0; count > 0 && o < static_cast<std::size_t>(outer); ++o)
        std::memcpy(to.data() + o * to_step, from.data() + o * from_step, count);
}

Value concat(const Arguments& a, const Move& m)
{
    const ResultType& r = a.results[0];
    const auto axis = static_cast<std::size_t>(m.axis);
    const std::int64_t outer = r.shape.elements(0, axis);
    const auto width = [&](const Shape& s) {
        return static_cast<std::size_t>(s.elements(axis, s.rank())) * byte_size(r.type);
    };
    TensorData out(r.type, r.shape.elements());
    std::size_t at = 0;
    for (const Value& x : a.inputs) {
        copy_part(x.data->bytes(), out.bytes().subspan(at), outer, width(x.shape), width(r.shape), width(x.shape));
        at += width(x.shape);
    }
    return {r.shape, std::move(out)};
}

Values split(const Arguments& a, const Move& m)
{
    const Value& x = a.inputs[0];
    const auto axis = static_cast<std::size_t>(m.axis);
    const std::int64_t outer = x.shape.elements(0, axis);
    const auto width = [&](const Shape& s) {
        return static_cast<std::size_t>(s.elements(axis, s.rank())) * byte_size(x.type());
    };
    Values results;
    std::size_t at = 0;
    for (const ResultType& r : a.results) {
        TensorData out(r.type, r.shape.elements());
        copy_part(x.data->bytes().subspan(at), out.bytes(), outer, width(x.shape), width(r.shape), width(r.shape));
        at += width(r.shape);
        results.emplace_back(r.shape, std::move(out));
    }
    return results;
}

Value gather(const Arguments& a, const Move& m)
{
    const Value &x = a.inputs[0], &indices = a.inputs[1];
    const ResultType& r = a.results[0];
    const auto axis = static_cast<std::size_t>(m.axis);
    const std::int64_t outer = x.shape.elements(0, axis), size = x.shape[axis];
    const std::size_t row = static_cast<std::size_t>(x.shape.elements(axis + 1, x.shape.rank())) * byte_size(x.type());
    TensorData out(r.type, r.shape.elements());
    const auto from = x.data->bytes();
    const auto to = out.bytes();
    std::size_t at = 0;
    for (std::int64_t o = 0; o < outer; ++o)
        for (std::int64_t i = 0; i < indices.elements(); ++i, at += row) {
            std::int64_t index = indices.data->integer(i);
            if (index < -size || index >= size)
                throw RunError(fmt::format("node '{}': index {} outside an axis of {}", a.node.name, index, size));
            index += index < 0 ? size : 0;
            if (row > 0)
                std::memcpy(to.data() + at, from.data() + static_cast<std::size_t>(o * size + index) * row, row);
        }
    return {r.shape, std::move(out)};
}

Value cast(const Value& x, const ResultType& r)
{
    TensorData out(r.type, x.elements());
    const bool from_integer = is_integer(x.type()) || x.type() == ElementType::boolean;
    for (std::int64_t i = 0; i < x.elements(); ++i)
        if (from_integer)
            out.set_integer(i, x.data->integer(i));
        else
            out.set_real(i, x.data->real(i));
    return {r.shape, std::move(out)};
}

} // namespace

Values move(const Arguments& a, const Move& m)
{
    const ResultType& r = a.results[0];
    switch (m.function) {
    case Move::Function::identity:
    case Move::Function::reshape:
        return {Value(r.shape, a.inputs[0].data)};
    case Move::Function::transpose:
        return {transpose(a.inputs[0], m, r)};
    case Move::Function::concat:
        return {concat(a, m)};
    case Move::Function::split:
        return split(a, m);
    case Move::Function::slice:
        return {slice(a.inputs[0], m, r)};
    case Move::Function::pad:
        return {pad(a.inputs[0], m, r)};
    case Move::Function::resize_nearest:
        return {resize(a.inputs[0], m, r)};
    case Move::Function::gather:
        return {gather(a, m)};
    case Move::Function::expand:
        return {expand(a.inputs[0], r)};
    case Move::Function::cast:
        return {cast(a.inputs[0], r)};
    }
    throw std::logic_error("move without a kernel");
}

} // namespace imc::kernel
