#include "workloads/lower/pointwise.h"

#include <fmt/format.h>

namespace imc::lower
{

namespace
{

using F = Elementwise::Function;

struct Row {
    const char* op;
    F function;
    int operands; ///< 0: one or more
    double alpha, beta;
    const char* alpha_key = nullptr; ///< attribute names
    const char* beta_key = nullptr;
};

constexpr Row rows[] = {
    {"Relu", F::relu, 1, 0, 0},
    {"LeakyRelu", F::leaky_relu, 1, 0.01, 0, "alpha"},
    {"Elu", F::elu, 1, 1, 0, "alpha"},
    {"Sigmoid", F::sigmoid, 1, 0, 0},
    {"HardSigmoid", F::hard_sigmoid, 1, 0.2, 0.5, "alpha", "beta"},
    {"HardSwish", F::hard_swish, 1, 1.0 / 6, 0.5},
    {"Tanh", F::tanh, 1, 0, 0},
    {"Softplus", F::softplus, 1, 0, 0},
    {"Erf", F::erf, 1, 0, 0},
    {"Exp", F::exp, 1, 0, 0},
    {"Log", F::log, 1, 0, 0},
    {"Sqrt", F::sqrt, 1, 0, 0},
    {"Reciprocal", F::reciprocal, 1, 0, 0},
    {"Abs", F::abs, 1, 0, 0},
    {"Neg", F::neg, 1, 0, 0},
    {"Sign", F::sign, 1, 0, 0},
    {"Floor", F::floor, 1, 0, 0},
    {"Ceil", F::ceil, 1, 0, 0},
    {"Round", F::round, 1, 0, 0},
    {"Not", F::logical_not, 1, 0, 0},
    {"Add", F::add, 2, 0, 0},
    {"Sum", F::add, 0, 0, 0},
    {"Sub", F::sub, 2, 0, 0},
    {"Mul", F::mul, 2, 0, 0},
    {"Div", F::div, 2, 0, 0},
    {"Pow", F::pow, 2, 0, 0},
    {"Min", F::min, 0, 0, 0},
    {"Max", F::max, 0, 0, 0},
    {"PRelu", F::prelu, 2, 0, 0},
    {"Equal", F::equal, 2, 0, 0},
    {"Less", F::less, 2, 0, 0},
    {"LessOrEqual", F::less_or_equal, 2, 0, 0},
    {"Greater", F::greater, 2, 0, 0},
    {"GreaterOrEqual", F::greater_or_equal, 2, 0, 0},
    {"And", F::logical_and, 2, 0, 0},
    {"Or", F::logical_or, 2, 0, 0},
    {"Where", F::where, 3, 0, 0},
};

bool is_comparison(F f) { return f >= F::equal && f <= F::greater_or_equal; }
bool is_logical(F f) { return f == F::logical_not || f == F::logical_and || f == F::logical_or; }
/// Functions that integers have no use for.
bool needs_floating(F f)
{
    return f == F::leaky_relu || f == F::elu || (f >= F::sigmoid && f <= F::reciprocal) || f == F::floor ||
           f == F::ceil || f == F::round;
}

void check_types(const Context& c, F f, std::size_t operands)
{
    if (f == F::where) {
        if (c.in(0).type != ElementType::boolean)
            c.fail("the condition is not boolean");
        return c.require_same_type(1, 2);
    }
    if (needs_floating(f))
        c.require_floating(0);
    if (is_logical(f) ? c.in(0).type != ElementType::boolean : c.in(0).type == ElementType::boolean && f != F::equal)
        c.fail(fmt::format("operand 0 is {}", name(c.in(0).type)));
    if (f == F::pow) {
        if (c.in(1).type == ElementType::boolean)
            c.fail("the exponent is bool");
        return;
    }
    for (std::size_t i = 1; i < operands; ++i)
        c.require_same_type(0, i);
}

} // namespace

Lowered plain_elementwise(const Context& c)
{
    for (const Row& row : rows) {
        if (c.op() != row.op)
            continue;
        const std::size_t operands = row.operands ? static_cast<std::size_t>(row.operands) : c.inputs();
        if (c.inputs() != operands || operands == 0)
            c.fail(fmt::format("has {} operands, expected {}", c.inputs(), row.operands ? row.operands : 1));
        check_types(c, row.function, operands);
        Elementwise e;
        e.function = row.function;
        e.operands = static_cast<int>(operands);
        e.alpha = row.alpha_key ? c.real(row.alpha_key, row.alpha) : row.alpha;
        e.beta = row.beta_key ? c.real(row.beta_key, row.beta) : row.beta;
        const ElementType type = is_comparison(row.function) ? ElementType::boolean
                                 : row.function == F::where  ? c.in(1).type
                                                             : c.in(0).type;
        const Shape shape = c.broadcast(0, operands);
        if (row.function == F::prelu && !(shape == c.shape(0)))
            c.fail(fmt::format("slope of shape {} for an input of shape {}", c.shape(1).text(), c.shape(0).text()));
        return {e, {{shape, type, {}}}};
    }
    throw std::logic_error("elementwise operator without a row: " + c.op());
}

Lowered clip(const Context& c)
{
    Elementwise e;
    e.function = F::clip;
    e.alpha = -std::numeric_limits<double>::infinity();
    e.beta = std::numeric_limits<double>::infinity();
    if (c.opset() < 11) {
        e.alpha = c.real("min", e.alpha);
        e.beta = c.real("max", e.beta);
    } else {
        for (const std::size_t i : {1, 2}) {
            if (!c.has(i))
                continue;
            c.require_same_type(0, i);
            if (c.shape(i).elements() != 1)
                c.fail(fmt::format("bound of shape {}", c.shape(i).text()));
            if (c.constant(i) && c.in(i).data)
                (i == 1 ? e.alpha : e.beta) = c.in(i).data->real(0);
            else
                e.operands = 3; // bounds that are computed stay operands
        }
    }
    if (c.in(0).type == ElementType::boolean)
        c.fail("operand 0 is bool");
    return {e, {{c.shape(0), c.in(0).type, {}}}};
}

namespace
{

/// Scale and zero point: one value, or one per index of the axis.
Elementwise quantiser(const Context& c, F function)
{
    Elementwise e;
    e.function = function;
    c.require_floating(1);
    if (c.shape(1).rank() > 1)
        c.fail(fmt::format("scale of shape {}", c.shape(1).text()));
    if (c.shape(1).elements() != 1) {
        e.axis = c.axis(c.integer("axis", 1), c.shape(0).rank());
        if (c.shape(0)[static_cast<std::size_t>(e.axis)] != c.shape(1).elements())
            c.fail(fmt::format("{} scales for axis {} of a tensor of shape {}", c.shape(1).elements(), e.axis,
                               c.shape(0).text()));
    }
    if (c.has(2) && c.shape(2).elements() != c.shape(1).elements())
        c.fail(fmt::format("{} zero points for {} scales", c.shape(2).elements(), c.shape(1).elements()));
    return e;
}

} // namespace

Lowered quantize_linear(const Context& c)
{
    const Elementwise e = quantiser(c, F::quantize);
    const ElementType type = c.has(2) ? c.in(2).type : ElementType::uint8;
    if (type != ElementType::int8 && type != ElementType::uint8)
        throw Unsupported{fmt::format("quantises to {}", name(type))};
    if (!is_floating(c.in(0).type) && c.in(0).type != ElementType::int32)
        c.fail(fmt::format("operand 0 is {}", name(c.in(0).type)));
    return {e, {{c.shape(0), type, {}}}};
}

Lowered dequantize_linear(const Context& c)
{
    const Elementwise e = quantiser(c, F::dequantize);
    if (c.in(0).type != ElementType::int8 && c.in(0).type != ElementType::uint8 && c.in(0).type != ElementType::int32)
        c.fail(fmt::format("operand 0 is {}", name(c.in(0).type)));
    if (c.has(2))
        c.require_same_type(0, 2);
    return {e, {{c.shape(0), ElementType::float32, {}}}};
}

} // namespace imc::lower
