#include "workloads/execute/quantised.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "workloads/execute/kernels.h"
#include "workloads/execute/requantise.h"

namespace imc
{

namespace
{

/// Index into scale and zero point for every element.
class Channels
{
public:
    Channels(const Shape& shape, const Quantisation& q) : count_(static_cast<std::int64_t>(q.scale.size()))
    {
        inner_ = q.axis < 0 ? std::max<std::int64_t>(shape.elements(), 1)
                            : shape.elements(static_cast<std::size_t>(q.axis) + 1, shape.rank());
    }
    std::size_t of(std::int64_t i) const { return static_cast<std::size_t>(i / inner_ % count_); }

private:
    std::int64_t inner_, count_;
};

const Quantisation& quantisation(const Graph& graph, const Node& node, TensorId id)
{
    const Tensor& t = graph.tensor(id);
    if (!t.quantisation || t.quantisation->scale.size() != 1 || t.quantisation->type != t.type)
        throw std::invalid_argument(
            fmt::format("'{}' of the quantised node '{}' has no quantisation per tensor", t.name, node.name));
    return *t.quantisation;
}

Value reals(const Value& value, const Quantisation& q)
{
    const std::vector<double> values = dequantised(value, q);
    TensorData data(ElementType::float32, value.elements());
    std::transform(values.begin(), values.end(), data.as<float>().begin(),
                   [](double v) { return static_cast<float>(v); });
    return {value.shape, std::move(data)};
}

std::vector<double> doubles(const Value& value)
{
    std::vector<double> out;
    for (std::int64_t i = 0; i < value.elements(); ++i)
        out.push_back(value.data->real(i));
    return out;
}

struct Quantised {
    const Graph& graph;
    const Node& node;
    std::span<const Value> inputs;
    std::span<const ResultType> results;

    const Quantisation& of(std::size_t i) const { return quantisation(graph, node, node.inputs[i]); }
    const Quantisation& result(std::size_t i = 0) const { return quantisation(graph, node, node.outputs[i]); }
    bool integer(std::size_t i) const
    {
        return node.inputs[i].valid() && graph.tensor(node.inputs[i]).quantisation &&
               graph.tensor(node.inputs[i]).quantisation->type == graph.tensor(node.inputs[i]).type;
    }
};

/// One entry for every integer of the operand; also requantisation alone (identity).
template <class F> Value by_table(const Value& x, const Quantisation& from, const Quantisation& to, F function)
{
    const auto [low, high] = integer_range(from);
    std::vector<double> table;
    for (std::int64_t q = low; q <= high; ++q)
        table.push_back(from.scale[0] * static_cast<double>(q - from.zero_point[0]));
    table = function(std::move(table));
    const Value entries = quantised(Shape{static_cast<std::int64_t>(table.size())}, table, to);
    TensorData out(to.type, x.elements());
    for (std::int64_t i = 0; i < x.elements(); ++i)
        out.set_integer(i, entries.data->integer(std::clamp(x.data->integer(i), low, high) - low));
    return {x.shape, std::move(out)};
}

Value requantised(const Value& x, const Quantisation& from, const Quantisation& to)
{
    return from == to ? x : by_table(x, from, to, [](std::vector<double> v) { return v; });
}

Value unary(const Quantised& q)
{
    return by_table(q.inputs[0], q.of(0), q.result(), [&](const std::vector<double>& points) {
        TensorData data(ElementType::float64, static_cast<std::int64_t>(points.size()));
        std::copy(points.begin(), points.end(), data.as<double>().begin());
        const Value x(Shape{data.elements()}, std::move(data));
        Node node = q.node;
        node.quantised = false;
        std::vector<Value> operands{x};
        const ResultType type{x.shape, ElementType::float64, nullptr};
        return doubles(evaluate(node, operands, {&type, 1})[0]);
    });
}

/// y = zy + round((Σ ±(xi − zi)·Mi) / 2^shift), Mi = round(si / sy · 2^shift), the largest below 2^31.
Value sum(const Quantised& q, bool subtract)
{
    const Quantisation& to = q.result();
    double largest = 0;
    for (std::size_t i = 0; i < q.inputs.size(); ++i)
        largest = std::max(largest, q.of(i).scale[0] / to.scale[0]);
    int exponent = 0;
    std::frexp(largest, &exponent);
    const int shift = std::clamp(30 - exponent, 0, 60);
    std::vector<std::int64_t> multipliers;
    std::vector<Shape> shapes;
    for (std::size_t i = 0; i < q.inputs.size(); ++i) {
        multipliers.push_back(std::llround(std::ldexp(q.of(i).scale[0] / to.scale[0], shift)) *
                              (subtract && i > 0 ? -1 : 1));
        shapes.push_back(q.inputs[i].shape);
    }
    const Shape& shape = q.results[0].shape;
    TensorData out(to.type, shape.elements());
    const auto [low, high] = integer_range(to);
    const std::int64_t half = shift > 0 ? std::int64_t{1} << (shift - 1) : 0, unit = std::int64_t{1} << shift;
    std::int64_t at = 0;
    for (kernel::Odometer o(shape, shapes); o.valid(); o.next())
        for (std::int64_t e = 0; e < o.inner_size(); ++e) {
            std::int64_t total = 0;
            for (std::size_t i = 0; i < q.inputs.size(); ++i)
                total += multipliers[i] *
                         (q.inputs[i].data->integer(o.offset(i) + e * o.inner_stride(i)) - q.of(i).zero_point[0]);
            std::int64_t rounded = total >> shift;
            const std::int64_t rest = total - rounded * unit;
            if (shift > 0 && (rest > half || (rest == half && (rounded & 1))))
                ++rounded;
            out.set_integer(at++, std::clamp(rounded + to.zero_point[0], low, high));
        }
    return {shape, std::move(out)};
}

Value product(const Quantised& q)
{
    const Quantisation &a = q.of(0), &b = q.of(1), &to = q.result();
    const Requantiser scale(a.scale[0] * b.scale[0] / to.scale[0]);
    const Shape shapes[] = {q.inputs[0].shape, q.inputs[1].shape};
    const Shape& shape = q.results[0].shape;
    TensorData out(to.type, shape.elements());
    const auto [low, high] = integer_range(to);
    std::int64_t at = 0;
    for (kernel::Odometer o(shape, shapes); o.valid(); o.next())
        for (std::int64_t e = 0; e < o.inner_size(); ++e) {
            const std::int64_t x = q.inputs[0].data->integer(o.offset(0) + e * o.inner_stride(0)) - a.zero_point[0];
            const std::int64_t y = q.inputs[1].data->integer(o.offset(1) + e * o.inner_stride(1)) - b.zero_point[0];
            const std::int64_t value =
                std::clamp<std::int64_t>(scale.apply(x * y), -(std::int64_t{1} << 40), std::int64_t{1} << 40);
            out.set_integer(at++, std::clamp(value + to.zero_point[0], low, high));
        }
    return {shape, std::move(out)};
}

/// The mean of a window's integers: their exact sum, divided and rescaled in one step.
Value window_mean(const Quantised& q, const Reduce& r)
{
    const Quantisation &from = q.of(0), &to = q.result();
    const kernel::Window3 w(*r.window);
    const Value& x = q.inputs[0];
    TensorData out(to.type, q.results[0].shape.elements());
    const auto [low, high] = integer_range(to);
    const std::int64_t planes = x.shape[0] * x.shape[1];
    std::int64_t at = 0;
    for (std::int64_t p = 0; p < planes; ++p)
        for (std::int64_t od = 0; od < w.d.out; ++od)
            for (std::int64_t orow = 0; orow < w.r.out; ++orow)
                for (std::int64_t oc = 0; oc < w.c.out; ++oc) {
                    std::int64_t total = 0, count = 0;
                    const kernel::PointRange d(w.d, od, w.d.in), rr(w.r, orow, w.r.in), c(w.c, oc, w.c.in);
                    for (std::int64_t kd = d.first; kd < d.last; ++kd)
                        for (std::int64_t kr = rr.first; kr < rr.last; ++kr)
                            for (std::int64_t kc = c.first; kc < c.last; ++kc, ++count) {
                                const std::int64_t row =
                                    (w.d.first(od) + kd * w.d.dilation) * w.r.in + w.r.first(orow) + kr * w.r.dilation;
                                total +=
                                    x.data->integer(p * w.in() + row * w.c.in + w.c.first(oc) + kc * w.c.dilation) -
                                    from.zero_point[0];
                            }
                    if (r.count_include_pad)
                        count = kernel::padded_points(w.d, od) * kernel::padded_points(w.r, orow) *
                                kernel::padded_points(w.c, oc);
                    const Requantiser scale(from.scale[0] /
                                            (to.scale[0] * static_cast<double>(std::max<std::int64_t>(count, 1))));
                    out.set_integer(at++, std::clamp(scale.apply(total) + to.zero_point[0], low, high));
                }
    return {q.results[0].shape, std::move(out)};
}

/// Operands and results as reals in single precision.
std::vector<Value> by_reals(const Quantised& q)
{
    std::vector<Value> operands;
    for (std::size_t i = 0; i < q.inputs.size(); ++i)
        operands.push_back(q.integer(i) ? reals(q.inputs[i], q.of(i)) : q.inputs[i]);
    std::vector<ResultType> types;
    for (const ResultType& r : q.results)
        types.push_back({r.shape, ElementType::float32, nullptr});
    Node node = q.node;
    node.quantised = false;
    std::vector<Value> out = evaluate(node, operands, types);
    for (std::size_t i = 0; i < out.size() && i < q.node.outputs.size(); ++i)
        if (q.node.outputs[i].valid())
            out[i] = quantised(out[i].shape, doubles(out[i]), q.result(i));
    return out;
}

/// Moves take the integers along; operands of another quantisation than the result's are requantised first.
std::vector<Value> moved(const Quantised& q, const Move& m)
{
    std::vector<Value> operands;
    for (std::size_t i = 0; i < q.inputs.size(); ++i)
        operands.push_back(q.integer(i) ? requantised(q.inputs[i], q.of(i), q.result()) : q.inputs[i]);
    Node node = q.node;
    node.quantised = false;
    if (m.function == Move::Function::pad) {
        const double value[] = {m.pad_value};
        node.as<Move>()->pad_value = static_cast<double>(quantised(Shape{1}, value, q.result()).data->integer(0));
    }
    return evaluate(node, operands, q.results);
}

} // namespace

std::vector<double> dequantised(const Value& value, const Quantisation& q)
{
    const Channels channels(value.shape, q);
    std::vector<double> out(static_cast<std::size_t>(value.elements()));
    for (std::int64_t i = 0; i < value.elements(); ++i) {
        const std::size_t c = channels.of(i);
        out[static_cast<std::size_t>(i)] = q.scale[c] * static_cast<double>(value.data->integer(i) - q.zero_point[c]);
    }
    return out;
}

Value quantised(const Shape& shape, std::span<const double> reals, const Quantisation& q)
{
    const Channels channels(shape, q);
    const auto [low, high] = integer_range(q);
    TensorData data(q.type, shape.elements());
    for (std::int64_t i = 0; i < data.elements(); ++i) {
        const std::size_t c = channels.of(i);
        data.set_integer(i, quantised(reals[static_cast<std::size_t>(i)] / q.scale[c], q.zero_point[c], low, high));
    }
    return {shape, std::move(data)};
}

std::vector<Value> evaluate_quantised(const Graph& graph, const Node& node, std::span<const Value> inputs,
                                      std::span<const ResultType> results)
{
    using F = Elementwise::Function;
    const Quantised q{graph, node, inputs, results};
    if (const auto* m = node.as<Move>())
        return moved(q, *m);
    if (const auto* e = node.as<Elementwise>()) {
        if (e->function < F::add && inputs.size() == 1)
            return {unary(q)};
        if (e->function == F::add || e->function == F::sub)
            return {sum(q, e->function == F::sub)};
        if (e->function == F::mul && inputs.size() == 2)
            return {product(q)};
    }
    if (const auto* r = node.as<Reduce>(); r && r->window) {
        if (r->function == Reduce::Function::mean)
            return {window_mean(q, *r)};
        if (r->function == Reduce::Function::max && results.size() == 1) {
            Node plain = node;
            plain.quantised = false;
            const std::vector<Value> operand{requantised(inputs[0], q.of(0), q.result())};
            return evaluate(plain, operand, results);
        }
    }
    return by_reals(q);
}

} // namespace imc
