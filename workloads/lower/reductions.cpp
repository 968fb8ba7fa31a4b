#include "workloads/lower/pointwise.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace imc::lower
{

namespace
{

Lowered pool(const Context& c, Reduce::Function function)
{
    Reduce r;
    r.function = function;
    const auto kernel = c.integers("kernel_shape");
    if (!kernel)
        c.fail("attribute 'kernel_shape' is missing");
    r.window = window(c, *kernel);
    r.count_include_pad = c.integer("count_include_pad", 0) != 0;
    r.column_major_indices = c.integer("storage_order", 0) != 0;
    // A window entirely in the padding would have no value.
    for (const WindowAxis& a : r.window->axes)
        if (a.pad_begin >= a.extent() || a.first(a.out - 1) >= a.in)
            c.fail(
                fmt::format("padding {} + {} leaves windows of {} without input", a.pad_begin, a.pad_end, a.extent()));
    const Shape shape = window_result(c, c.shape(0)[1], *r.window);
    Lowered lowered{r, {{shape, c.in(0).type, {}}}};
    if (function == Reduce::Function::max && c.wants(1))
        lowered.results.push_back({shape, ElementType::int64, {}});
    return lowered;
}

Lowered global_pool(const Context& c, Reduce::Function function)
{
    c.require_rank(0, 3, 5);
    c.require_floating(0);
    Reduce r;
    r.function = function;
    r.window.emplace();
    r.window->in_channels = c.shape(0)[1];
    for (std::size_t i = 2; i < c.shape(0).rank(); ++i) {
        if (c.shape(0)[i] < 1)
            c.fail(fmt::format("input of shape {}", c.shape(0).text()));
        r.window->axes.push_back({c.shape(0)[i], c.shape(0)[i], 1, 1, 0, 0, 1});
    }
    return {r, {{window_result(c, c.shape(0)[1], *r.window), c.in(0).type, {}}}};
}

struct Row {
    const char* op;
    Reduce::Function function;
    int axes_operand_since; ///< opset from which the axes are an operand
};

constexpr Row rows[] = {
    {"ReduceMax", Reduce::Function::max, 18},
    {"ReduceMin", Reduce::Function::min, 18},
    {"ReduceMean", Reduce::Function::mean, 18},
    {"ReduceSum", Reduce::Function::sum, 13},
    {"ReduceL1", Reduce::Function::l1, 18},
    {"ReduceL2", Reduce::Function::l2, 18},
    {"ReduceSumSquare", Reduce::Function::sum_square, 18},
    {"ReduceProd", Reduce::Function::product, 18},
};

} // namespace

Lowered max_pool(const Context& c)
{
    if (c.in(0).type == ElementType::boolean)
        c.fail("operand 0 is bool");
    return pool(c, Reduce::Function::max);
}

Lowered average_pool(const Context& c)
{
    c.require_floating(0);
    return pool(c, Reduce::Function::mean);
}

Lowered global_max_pool(const Context& c) { return global_pool(c, Reduce::Function::max); }
Lowered global_average_pool(const Context& c) { return global_pool(c, Reduce::Function::mean); }

Lowered reduce(const Context& c)
{
    const Row* row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return c.op() == r.op; });
    Reduce r;
    r.function = row->function;
    r.keep_dims = c.integer("keepdims", 1) != 0;
    if (c.in(0).type == ElementType::boolean)
        c.fail("operand 0 is bool");
    const Shape& x = c.shape(0);
    const auto given = c.integers_or_operand("axes", 1, row->axes_operand_since).value_or(std::vector<std::int64_t>());
    std::set<int> axes;
    for (const std::int64_t a : given)
        if (!axes.insert(c.axis(a, x.rank())).second)
            c.fail(fmt::format("axis {} is named twice", a));
    if (given.empty()) {
        if (c.integer("noop_with_empty_axes", 0) != 0) {
            Move identity;
            return {identity, {{x, c.in(0).type, {}}}};
        }
        for (std::size_t i = 0; i < x.rank(); ++i)
            axes.insert(static_cast<int>(i));
    }
    r.axes.assign(axes.begin(), axes.end());
    Shape shape;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        const bool reduced = axes.contains(static_cast<int>(i));
        if (reduced && x[i] < 1)
            c.fail(fmt::format("reduces nothing along axis {} of shape {}", i, x.text()));
        if (!reduced)
            shape.push_back(x.dim(i));
        else if (r.keep_dims)
            shape.push_back(1);
    }
    return {r, {{shape, c.in(0).type, {}}}};
}

Lowered softmax(const Context& c)
{
    c.require_floating(0);
    Normalise n;
    n.function = c.op() == "LogSoftmax" ? Normalise::Function::log_softmax : Normalise::Function::softmax;
    n.to_the_end = c.opset() < 13;
    n.axis = c.axis(c.integer("axis", n.to_the_end ? 1 : -1), c.shape(0).rank(), n.to_the_end);
    return {n, {{c.shape(0), c.in(0).type, {}}}};
}

Lowered layer_normalization(const Context& c)
{
    c.require_floating(0);
    Normalise n;
    n.function = Normalise::Function::layer_norm;
    n.axis = c.axis(c.integer("axis", -1), c.shape(0).rank());
    n.to_the_end = true;
    n.epsilon = c.real("epsilon", 1e-5);
    Shape row, statistics;
    for (std::size_t i = 0; i < c.shape(0).rank(); ++i) {
        const bool inside = static_cast<int>(i) >= n.axis;
        statistics.push_back(inside ? Dim{} : c.shape(0).dim(i));
        if (inside)
            row.push_back(c.shape(0).dim(i));
    }
    for (const std::size_t i : {1, 2})
        if ((i == 1 || c.has(i)) && !(c.broadcast(row, c.shape(i)) == row))
            c.fail(fmt::format("operand {} of shape {} for rows of shape {}", i, c.shape(i).text(), row.text()));
    Lowered lowered{n, {{c.shape(0), c.in(0).type, {}}}};
    for (std::size_t i = 1; i < std::min<std::size_t>(c.outputs(), 3); ++i)
        lowered.results.push_back({statistics, ElementType::float32, {}});
    return lowered;
}

namespace
{

Lowered per_channel(const Context& c, Normalise::Function function, std::size_t operands)
{
    c.require_floating(0);
    c.require_rank(0, 2, 16);
    for (std::size_t i = 1; i < operands; ++i)
        if (c.shape(i).rank() != 1 || c.shape(i)[0] != c.shape(0)[1])
            c.fail(fmt::format("operand {} of shape {} for {} channels", i, c.shape(i).text(), c.shape(0)[1]));
    Normalise n;
    n.function = function;
    n.axis = 1;
    n.epsilon = c.real("epsilon", 1e-5);
    return {n, {{c.shape(0), c.in(0).type, {}}}};
}

} // namespace

Lowered batch_normalization(const Context& c)
{
    bool statistics = false;
    for (std::size_t i = 1; i < c.outputs(); ++i)
        statistics |= c.wants(i);
    if (c.integer("training_mode", 0) != 0 || statistics)
        throw Unsupported{"training mode"};
    return per_channel(c, Normalise::Function::batch_norm, 5);
}

Lowered instance_normalization(const Context& c)
{
    c.require_rank(0, 3, 5);
    return per_channel(c, Normalise::Function::instance_norm, 3);
}

} // namespace imc::lower
