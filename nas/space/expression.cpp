#include "nas/space/expression.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace imc::nas
{

namespace
{

using Op = Expression::Op;

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double comparison(Op op, double a, double b)
{
    if (std::isnan(a) || std::isnan(b))
        return undefined;
    switch (op) {
    case Op::equal:
        return a == b;
    case Op::not_equal:
        return a != b;
    case Op::less:
        return a < b;
    case Op::less_equal:
        return a <= b;
    case Op::greater:
        return a > b;
    default:
        return a >= b;
    }
}

double logical_and(double a, double b)
{
    if (a == 0 || b == 0)
        return 0;
    return std::isnan(a) || std::isnan(b) ? undefined : 1;
}

double logical_or(double a, double b)
{
    if ((a != 0 && !std::isnan(a)) || (b != 0 && !std::isnan(b)))
        return 1;
    return std::isnan(a) || std::isnan(b) ? undefined : 0;
}

double unary(Op op, double a)
{
    switch (op) {
    case Op::negate:
        return -a;
    case Op::logical_not:
        return std::isnan(a) ? undefined : a == 0;
    case Op::absolute:
        return std::abs(a);
    case Op::square_root:
        return std::sqrt(a);
    case Op::exponential:
        return std::exp(a);
    case Op::natural_log:
        return std::log(a);
    case Op::binary_log:
        return std::log2(a);
    case Op::decimal_log:
        return std::log10(a);
    case Op::floor:
        return std::floor(a);
    case Op::ceiling:
        return std::ceil(a);
    default:
        return std::round(a);
    }
}

} // namespace

double Expression::value(std::size_t index, std::span<const double> values) const
{
    const Node& node = nodes_[index];
    const auto argument = [&](std::size_t i) { return value(node.arguments[i], values); };
    switch (node.op) {
    case Op::number:
        return node.number;
    case Op::load:
        return values[node.slot];
    case Op::active:
        return !std::isnan(values[node.slot]);
    case Op::add:
        return argument(0) + argument(1);
    case Op::subtract:
        return argument(0) - argument(1);
    case Op::multiply:
        return argument(0) * argument(1);
    case Op::divide:
        return argument(0) / argument(1);
    case Op::modulo:
        return std::fmod(argument(0), argument(1));
    case Op::power:
        return std::pow(argument(0), argument(1));
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
        return comparison(node.op, argument(0), argument(1));
    case Op::logical_and:
        return logical_and(argument(0), argument(1));
    case Op::logical_or:
        return logical_or(argument(0), argument(1));
    case Op::minimum:
    case Op::maximum: {
        double best = argument(0);
        for (std::size_t i = 1; i < node.arguments.size(); ++i) {
            const double a = argument(i);
            best = std::isnan(a) || std::isnan(best) ? undefined
                   : node.op == Op::minimum          ? std::min(best, a)
                                                     : std::max(best, a);
        }
        return best;
    }
    case Op::choose: {
        const double condition = argument(0);
        return std::isnan(condition) ? undefined : argument(condition != 0 ? 1 : 2);
    }
    default:
        return unary(node.op, argument(0));
    }
}

double Expression::violation(std::span<const double> values) const { return distance(root_, values); }

double Expression::distance(std::size_t index, std::span<const double> values) const
{
    const Node& node = nodes_[index];
    const double truth = value(index, values);
    if (std::isnan(truth) || truth != 0)
        return 0;
    switch (node.op) {
    case Op::logical_and:
        return distance(node.arguments[0], values) + distance(node.arguments[1], values);
    case Op::logical_or:
        return std::min(distance(node.arguments[0], values), distance(node.arguments[1], values));
    case Op::equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: {
        const double gap = std::abs(value(node.arguments[0], values) - value(node.arguments[1], values));
        // A strict comparison fails even where the sides are equal.
        return std::max(gap, std::numeric_limits<double>::min());
    }
    default:
        return 1;
    }
}

} // namespace imc::nas
