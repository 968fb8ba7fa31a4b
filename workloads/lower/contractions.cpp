#include "workloads/lower/contractions.h"

#include <fmt/format.h>

#include "workloads/checked.h"

namespace imc::lower
{

namespace
{

void finish(Contraction& contraction, const Context& c, std::size_t stationary)
{
    contraction.residency = c.constant(stationary) ? Residency::constant : Residency::per_inference;
    try {
        contraction.macs();
    } catch (const std::overflow_error&) {
        c.fail("has more multiply-accumulates than 62 bits count");
    }
}

/// Everything a convolution's shapes say; `x` is operand 0, `w` and `bias` name the others (bias 0: none).
Lowered convolution(const Context& c, std::size_t w, std::size_t bias, ElementType result)
{
    c.require_rank(0, 3, 5);
    const std::size_t rank = c.shape(0).rank();
    c.require_rank(w, rank, rank);
    const Shape& weights = c.shape(w);
    const std::int64_t channels = c.shape(0)[1], filters = weights[0], groups = c.integer("group", 1);
    if (groups < 1 || channels < 1 || filters < 1 || channels % groups != 0 || filters % groups != 0 ||
        weights[1] != channels / groups)
        c.fail(
            fmt::format("weights {} in {} groups for an input of shape {}", weights.text(), groups, c.shape(0).text()));
    std::vector<std::int64_t> kernel = weights.values();
    kernel.erase(kernel.begin(), kernel.begin() + 2);
    if (const auto given = c.integers("kernel_shape"); given && *given != kernel)
        c.fail(fmt::format("kernel_shape [{}] for weights of shape {}", fmt::join(*given, ", "), weights.text()));
    if (bias && c.has(bias) && (c.shape(bias).rank() != 1 || c.shape(bias)[0] != filters))
        c.fail(fmt::format("bias of shape {} for {} filters", c.shape(bias).text(), filters));

    Contraction k;
    const Window win = window(c, kernel);
    k.moving = c.id(0);
    k.stationary = c.id(w);
    k.bias = bias ? c.optional_id(bias) : TensorId();
    k.batch = c.shape(0)[0];
    k.m = win.output_points();
    k.k = checked_multiply(channels / groups, win.kernel_points());
    k.n = filters / groups;
    k.groups = groups;
    k.gather = win;
    k.stationary_transposed = k.result_transposed = true;
    finish(k, c, w);
    return {k, {{window_result(c, filters, win), result, {}}}};
}

Shape without_last_two(const Shape& s)
{
    Shape out;
    for (std::size_t i = 0; i + 2 < s.rank(); ++i)
        out.push_back(s.dim(i));
    return out;
}

/// NumPy's matmul of operands a and b.
Lowered product(const Context& c, std::size_t a, std::size_t b, ElementType result)
{
    c.require_rank(a, 1, 16);
    c.require_rank(b, 1, 16);
    const bool row = c.shape(a).rank() == 1, column = c.shape(b).rank() == 1;
    Shape sa = c.shape(a), sb = c.shape(b);
    if (row)
        sa = Shape({1, sa[0]});
    if (column)
        sb = Shape({sb[0], 1});
    const Dim m = sa.dim(sa.rank() - 2), n = sb.dim(sb.rank() - 1);
    const std::int64_t inner = sa[sa.rank() - 1];
    if (inner != sb[sb.rank() - 2])
        c.fail(fmt::format("shapes {} and {} do not multiply", c.shape(a).text(), c.shape(b).text()));
    const Shape batch = c.broadcast(without_last_two(sa), without_last_two(sb));

    Contraction k;
    k.batch = batch.elements();
    k.k = inner;
    // The operand that does not change from inference to inference is the one that stays in the arrays.
    const bool swap = c.constant(a) && !c.constant(b);
    k.moving = c.id(swap ? b : a);
    k.stationary = c.id(swap ? a : b);
    k.m = swap ? n.value : m.value;
    k.n = swap ? m.value : n.value;
    k.moving_transposed = k.stationary_transposed = k.result_transposed = swap;
    k.stationary_batched = without_last_two(swap ? sa : sb).elements() > 1;
    finish(k, c, swap ? a : b);

    Shape shape = batch;
    if (!row)
        shape.push_back(m);
    if (!column)
        shape.push_back(n);
    return {k, {{shape, result, {}}}};
}

/// A scale or zero point is one value, or one per result channel.
void check_quantisation(const Context& c, std::initializer_list<std::size_t> operands, std::int64_t channels)
{
    for (const std::size_t i : operands)
        if (c.has(i) && (c.shape(i).rank() > 1 || (c.shape(i).elements() != 1 && c.shape(i).elements() != channels)))
            c.fail(fmt::format("operand {} has the shape {}, expected a scalar or {} values", i, c.shape(i).text(),
                               channels));
}

void require_bytes(const Context& c, std::initializer_list<std::size_t> operands)
{
    for (const std::size_t i : operands)
        if (c.in(i).type != ElementType::int8 && c.in(i).type != ElementType::uint8)
            c.fail(fmt::format("operand {} is {}, expected int8 or uint8", i, name(c.in(i).type)));
}

/// The eight operands x, its scale, its zero point, w, …, y_scale, y_zero_point shared by the QLinear operators.
QuantisedOperands quantised(const Context& c, const Contraction& k)
{
    require_bytes(c, {0, 3, 7});
    for (const std::size_t i : {1, 4, 6})
        c.require_floating(i);
    c.require_same_type(0, 2);
    c.require_same_type(3, 5);
    check_quantisation(c, {1, 2, 6, 7}, 1);
    check_quantisation(c, {4, 5}, k.groups * k.n);
    return {c.id(1), c.id(2), c.id(4), c.id(5), c.id(6), c.id(7)};
}

} // namespace

Lowered conv(const Context& c)
{
    c.require_floating(0);
    c.require_same_type(0, 1);
    return convolution(c, 1, 2, c.in(0).type);
}

Lowered gemm(const Context& c)
{
    c.require_rank(0, 2, 2);
    c.require_rank(1, 2, 2);
    c.require_same_type(0, 1);
    Contraction k;
    k.moving_transposed = c.integer("transA", 0) != 0;
    k.stationary_transposed = c.integer("transB", 0) != 0;
    const Shape &a = c.shape(0), &b = c.shape(1);
    const Dim m = a.dim(k.moving_transposed ? 1 : 0), n = b.dim(k.stationary_transposed ? 0 : 1);
    k.moving = c.id(0);
    k.stationary = c.id(1);
    k.bias = c.optional_id(2);
    k.m = m.value;
    k.n = n.value;
    k.k = a[k.moving_transposed ? 0 : 1];
    if (k.k != b[k.stationary_transposed ? 1 : 0])
        c.fail(fmt::format("shapes {}{} and {}{} do not multiply", a.text(), k.moving_transposed ? " transposed" : "",
                           b.text(), k.stationary_transposed ? " transposed" : ""));
    k.alpha = c.real("alpha", 1.0);
    k.beta = c.real("beta", 1.0);
    const Shape result(std::vector<Dim>{m, n});
    if (k.bias.valid() && !(c.broadcast(result, c.shape(2)) == result))
        c.fail(fmt::format("bias of shape {} for a result of shape {}", c.shape(2).text(), result.text()));
    finish(k, c, 1);
    return {k, {{result, c.in(0).type, {}}}};
}

Lowered matmul(const Context& c)
{
    c.require_same_type(0, 1);
    return product(c, 0, 1, c.in(0).type);
}

Lowered qlinear_conv(const Context& c)
{
    Lowered lowered = convolution(c, 3, 8, c.in(7).type);
    auto& k = std::get<Contraction>(lowered.kind);
    k.quantised = quantised(c, k);
    if (c.has(8) && c.in(8).type != ElementType::int32)
        c.fail("bias must be int32");
    return lowered;
}

Lowered qlinear_matmul(const Context& c)
{
    Lowered lowered = product(c, 0, 3, c.in(7).type);
    auto& k = std::get<Contraction>(lowered.kind);
    if (k.moving != c.id(0))
        throw Unsupported{"the first operand is constant and the second is not"};
    k.quantised = quantised(c, k);
    return lowered;
}

Lowered conv_integer(const Context& c)
{
    require_bytes(c, {0, 1});
    Lowered lowered = convolution(c, 1, 0, ElementType::int32);
    auto& k = std::get<Contraction>(lowered.kind);
    check_quantisation(c, {2}, 1);
    check_quantisation(c, {3}, k.groups * k.n);
    k.quantised = QuantisedOperands{{}, c.optional_id(2), {}, c.optional_id(3), {}, {}};
    return lowered;
}

Lowered matmul_integer(const Context& c)
{
    require_bytes(c, {0, 1});
    Lowered lowered = product(c, 0, 1, ElementType::int32);
    auto& k = std::get<Contraction>(lowered.kind);
    if (k.moving != c.id(0))
        throw Unsupported{"the first operand is constant and the second is not"};
    check_quantisation(c, {2}, k.m);
    if (c.has(2) && c.shape(2).elements() != 1)
        throw Unsupported{"one zero point per row of the first operand"};
    check_quantisation(c, {3}, k.n);
    k.quantised = QuantisedOperands{{}, c.optional_id(2), {}, c.optional_id(3), {}, {}};
    return lowered;
}

} // namespace imc::lower
