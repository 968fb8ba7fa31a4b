#include "workloads/lower/movements.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "workloads/checked.h"

namespace imc::lower
{

Lowered concat(const Context& c)
{
    if (c.inputs() == 0)
        c.fail("has no operands");
    Shape shape = c.shape(0);
    Move m;
    m.function = Move::Function::concat;
    m.axis = c.axis(c.integer("axis", c.opset() < 4 ? 1 : 0), shape.rank());
    const auto axis = static_cast<std::size_t>(m.axis);
    for (std::size_t i = 1; i < c.inputs(); ++i) {
        c.require_same_type(0, i);
        Shape other = c.shape(i);
        const std::int64_t grown = other.rank() == shape.rank() ? checked_add(shape[axis], other[axis]) : 0;
        shape.set(axis, {grown, {}});
        if (other.rank() == shape.rank())
            other.set(axis, {grown, {}});
        if (!(other == shape))
            c.fail(fmt::format("operand {} of shape {} beside {}", i, c.shape(i).text(), c.shape(0).text()));
    }
    return {m, {{shape, c.in(0).type, {}}}};
}

Lowered split(const Context& c)
{
    const Shape& x = c.shape(0);
    Move m;
    m.function = Move::Function::split;
    m.axis = c.axis(c.integer("axis", 0), x.rank());
    const auto axis = static_cast<std::size_t>(m.axis);
    const auto parts = static_cast<std::int64_t>(c.outputs());
    auto sizes = c.integers_or_operand("split", 1, 13);
    if (!sizes) {
        if (parts == 0 || x[axis] % parts != 0)
            c.fail(fmt::format("axis {} of shape {} in {} equal parts", m.axis, x.text(), parts));
        sizes = std::vector<std::int64_t>(static_cast<std::size_t>(parts), x[axis] / parts);
    }
    std::int64_t sum = 0;
    for (const std::int64_t s : *sizes)
        sum = s < 0 ? -1 : sum < 0 ? sum : checked_add(sum, s);
    if (sum != x[axis] || sizes->size() != c.outputs())
        c.fail(fmt::format("axis {} of shape {} in {} parts [{}]", m.axis, x.text(), parts, fmt::join(*sizes, ", ")));
    Lowered lowered{m, {}};
    for (const std::int64_t s : *sizes) {
        Shape part = x;
        part.set(axis, {s, {}});
        lowered.results.push_back({part, c.in(0).type, {}});
    }
    return lowered;
}

namespace
{

struct SliceLists {
    std::vector<std::int64_t> starts, ends, axes, steps;
};

SliceLists slice_lists(const Context& c)
{
    SliceLists s;
    const bool operands = c.opset() >= 10;
    const auto starts = c.integers_or_operand("starts", 1, 10), ends = c.integers_or_operand("ends", 2, 10);
    if (!starts || !ends)
        c.fail("has no starts or no ends");
    s.starts = *starts;
    s.ends = *ends;
    s.axes.resize(s.starts.size());
    std::iota(s.axes.begin(), s.axes.end(), 0);
    s.axes = c.integers_or_operand("axes", 3, 10).value_or(s.axes);
    s.steps.assign(s.starts.size(), 1);
    if (operands && c.has(4))
        s.steps = c.constant_integers(4, "steps");
    if (s.ends.size() != s.starts.size() || s.axes.size() != s.starts.size() || s.steps.size() != s.starts.size())
        c.fail("starts, ends, axes and steps differ in length");
    return s;
}

} // namespace

Lowered slice(const Context& c)
{
    Shape shape = c.shape(0);
    const SliceLists s = slice_lists(c);
    Move m;
    m.function = Move::Function::slice;
    m.starts.assign(shape.rank(), 0);
    m.steps.assign(shape.rank(), 1);
    std::set<int> seen;
    for (std::size_t i = 0; i < s.starts.size(); ++i) {
        const int a = c.axis(s.axes[i], shape.rank());
        if (!seen.insert(a).second)
            c.fail(fmt::format("axis {} is named twice", a));
        const auto axis = static_cast<std::size_t>(a);
        const std::int64_t size = shape[axis], step = s.steps[i];
        if (step == 0 || step == std::numeric_limits<std::int64_t>::min())
            c.fail(fmt::format("step {}", step));
        const auto from_end = [&](std::int64_t v) { return v < 0 ? std::max(v, -size - 1) + size : v; };
        const std::int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
        const std::int64_t start = std::clamp(from_end(s.starts[i]), std::int64_t{0}, std::max<std::int64_t>(high, 0));
        const std::int64_t end = std::clamp(from_end(s.ends[i]), low, high);
        const std::int64_t span = step > 0 ? end - start : start - end;
        const std::int64_t stride = std::abs(step);
        shape.set(axis, span <= 0 ? Dim{0, {}} : Dim{(span - 1) / stride + 1, {}});
        m.starts[axis] = start;
        m.steps[axis] = step;
    }
    return {m, {{shape, c.in(0).type, {}}}};
}

Lowered pad(const Context& c)
{
    Shape shape = c.shape(0);
    Move m;
    m.function = Move::Function::pad;
    const std::string mode = c.text("mode", "constant");
    if (mode != "constant" && mode != "reflect" && mode != "edge")
        throw Unsupported{fmt::format("padding mode '{}'", mode)};
    m.pad_mode = mode == "constant" ? Move::PadMode::constant
                 : mode == "edge"   ? Move::PadMode::edge
                                    : Move::PadMode::reflect;
    const auto pads = c.integers_or_operand("pads", 1, 11);
    if (!pads || pads->size() != 2 * shape.rank())
        c.fail(fmt::format("{} pads for an input of shape {}", pads ? pads->size() : 0, shape.text()));
    if (c.opset() < 11)
        m.pad_value = c.real("value", 0);
    else if (c.has(2)) {
        const auto value = c.constant_reals(2, "constant_value");
        if (value.size() != 1)
            c.fail("constant_value must be one number");
        m.pad_value = value[0];
    }
    for (std::size_t i = 0; i < shape.rank(); ++i) {
        const std::int64_t before = (*pads)[i], after = (*pads)[i + shape.rank()], size = shape[i];
        constexpr std::int64_t limit = std::int64_t{1} << 31;
        const bool reflects =
            m.pad_mode == Move::PadMode::reflect && (before >= size || after >= size) && (before > 0 || after > 0);
        const bool nothing = m.pad_mode == Move::PadMode::edge && size == 0 && (before > 0 || after > 0);
        if (std::abs(before) > limit || std::abs(after) > limit || size + before + after < 0 || reflects || nothing ||
            before < -size || after < -size)
            c.fail(fmt::format("pads {} and {} for axis {} of shape {}", before, after, i, c.shape(0).text()));
        m.before.push_back(before);
        m.after.push_back(after);
        shape.set(i, before || after ? Dim{size + before + after, {}} : shape.dim(i));
    }
    return {m, {{shape, c.in(0).type, {}}}};
}

namespace
{

struct ResizeRule {
    ResizeAxis::Coordinates coordinates = ResizeAxis::Coordinates::asymmetric;
    ResizeAxis::Rounding rounding = ResizeAxis::Rounding::floor;
};

template <class E> struct Word {
    const char* text;
    E value;
};

constexpr Word<ResizeAxis::Coordinates> coordinate_words[] = {
    {"half_pixel", ResizeAxis::Coordinates::half_pixel},
    {"pytorch_half_pixel", ResizeAxis::Coordinates::pytorch_half_pixel},
    {"align_corners", ResizeAxis::Coordinates::align_corners},
    {"asymmetric", ResizeAxis::Coordinates::asymmetric},
    {"tf_half_pixel_for_nn", ResizeAxis::Coordinates::tf_half_pixel_for_nn},
};

constexpr Word<ResizeAxis::Rounding> rounding_words[] = {
    {"round_prefer_floor", ResizeAxis::Rounding::round_prefer_floor},
    {"round_prefer_ceil", ResizeAxis::Rounding::round_prefer_ceil},
    {"floor", ResizeAxis::Rounding::floor},
    {"ceil", ResizeAxis::Rounding::ceil},
};

template <class E, std::size_t N> E word(const Word<E> (&table)[N], const std::string& text, const char* what)
{
    for (const auto& row : table)
        if (text == row.text)
            return row.value;
    throw Unsupported{fmt::format("{} '{}'", what, text)};
}

Lowered nearest(const Context& c, const std::vector<double>& scales, const std::vector<std::int64_t>& sizes,
                const ResizeRule& rule)
{
    const Shape& x = c.shape(0);
    if ((sizes.empty() ? scales.size() : sizes.size()) != x.rank())
        c.fail(fmt::format("{} scales or sizes for an input of shape {}", sizes.empty() ? scales.size() : sizes.size(),
                           x.text()));
    Move m;
    m.function = Move::Function::resize_nearest;
    Shape shape;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        const auto in = static_cast<double>(x[i]);
        const double size = sizes.empty() ? std::floor(in * scales[i]) : static_cast<double>(sizes[i]);
        const double scale = sizes.empty() ? scales[i] : size / in;
        if (!(size >= 1 && size <= 0x1p31 && x[i] >= 1 && scale > 0))
            c.fail(fmt::format("axis {} of shape {} becomes {}", i, x.text(), size));
        const auto out = static_cast<std::int64_t>(size);
        m.resize.push_back({rule.coordinates, rule.rounding, x[i], out, scale});
        shape.push_back(out == x[i] ? x.dim(i) : Dim{out, {}});
    }
    return {m, {{shape, c.in(0).type, {}}}};
}

void require_nearest(const Context& c)
{
    const std::string mode = c.text("mode", "nearest");
    if (mode != "nearest")
        throw Unsupported{fmt::format("interpolation mode '{}'", mode)};
}

} // namespace

Lowered resize(const Context& c)
{
    require_nearest(c);
    if (c.opset() < 11)
        return nearest(c, c.constant_reals(1, "scales"), {}, {});
    const ResizeRule rule{
        word(coordinate_words, c.text("coordinate_transformation_mode", "half_pixel"), "coordinate transformation"),
        word(rounding_words, c.text("nearest_mode", "round_prefer_floor"), "rounding mode")};
    const std::vector<double> scales = c.has(2) ? c.constant_reals(2, "scales") : std::vector<double>();
    if (scales.empty() && !c.has(3))
        c.fail("has neither scales nor sizes");
    return nearest(c, scales, scales.empty() ? c.constant_integers(3, "sizes") : std::vector<std::int64_t>(), rule);
}

Lowered upsample(const Context& c)
{
    require_nearest(c);
    const auto scales =
        c.opset() < 9 ? c.reals("scales").value_or(std::vector<double>()) : c.constant_reals(1, "scales");
    return nearest(c, scales, {}, {});
}

Lowered gather(const Context& c)
{
    const Shape &x = c.shape(0), &indices = c.shape(1);
    Move m;
    m.function = Move::Function::gather;
    m.axis = c.axis(c.integer("axis", 0), x.rank());
    if (c.in(1).type != ElementType::int32 && c.in(1).type != ElementType::int64)
        c.fail(fmt::format("indices are {}", name(c.in(1).type)));
    const auto axis = static_cast<std::size_t>(m.axis);
    Shape shape;
    for (std::size_t i = 0; i < axis; ++i)
        shape.push_back(x.dim(i));
    for (std::size_t i = 0; i < indices.rank(); ++i)
        shape.push_back(indices.dim(i));
    for (std::size_t i = axis + 1; i < x.rank(); ++i)
        shape.push_back(x.dim(i));
    return {m, {{shape, c.in(0).type, {}}}};
}

} // namespace imc::lower
