#include <cmath>

#include "sim/base/errors.h"
#include "workloads/execute/kernels.h"
#include "workloads/saturate.h"

namespace imc::kernel
{

namespace
{

using F = Elementwise::Function;

/// Integers wrap as in NumPy: computed unsigned, where that is defined.
template <class T, class Op> T wrapped(T a, T b, Op op)
{
    if constexpr (std::is_integral_v<T>) {
        using U = std::uint64_t;
        return static_cast<T>(op(static_cast<U>(a), static_cast<U>(b)));
    } else {
        return op(a, b);
    }
}

template <class T> T divide(T a, T b)
{
    if constexpr (std::is_integral_v<T>) {
        if (b == 0)
            throw RunError("integer division by zero");
        if constexpr (std::is_signed_v<T>)
            if (b == T(-1))
                return wrapped<T>(T(0), a, [](auto x, auto y) { return x - y; });
    }
    return static_cast<T>(a / b);
}

template <class T> T largest(T a, T b) { return a != a ? a : b != b ? b : a < b ? b : a; } // NaN wins, as in NumPy
template <class T> T smallest(T a, T b) { return a != a ? a : b != b ? b : b < a ? b : a; }

template <class In, class Out, class Op> Value map1(const Value& x, const ResultType& result, Op op)
{
    TensorData out(result.type, x.elements());
    const auto in = x.data->as<In>();
    const auto to = out.as<Out>();
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = op(in[i]);
    return {result.shape, std::move(out)};
}

template <class A, class B, class Out, class Op>
Value map2(const Value& a, const Value& b, const Shape& shape, ElementType type, Op op)
{
    TensorData out(type, shape.elements());
    const auto x = a.data->as<A>();
    const auto y = b.data->as<B>();
    Out* to = out.as<Out>().data();
    const Shape shapes[] = {a.shape, b.shape};
    for (Odometer o(shape, shapes); o.valid(); o.next()) {
        const A* px = x.data() + o.offset(0);
        const B* py = y.data() + o.offset(1);
        const std::int64_t sx = o.inner_stride(0), sy = o.inner_stride(1);
        for (std::int64_t i = 0; i < o.inner_size(); ++i)
            *to++ = op(px[i * sx], py[i * sy]);
    }
    return {shape, std::move(out)};
}

template <class T> Value unary(const Arguments& a, const Elementwise& e)
{
    const Value& x = a.inputs[0];
    const auto with = [&](auto op) { return map1<T, T>(x, a.results[0], op); };
    if constexpr (std::is_floating_point_v<T>) {
        const T alpha = static_cast<T>(e.alpha), beta = static_cast<T>(e.beta);
        const auto hard = [=](T v) { return std::fmax(T(0), std::fmin(T(1), alpha * v + beta)); };
        switch (e.function) {
        case F::leaky_relu:
            return with([=](T v) { return v < 0 ? alpha * v : v; });
        case F::elu:
            return with([=](T v) { return v < 0 ? alpha * std::expm1(v) : v; });
        case F::sigmoid:
            return with([](T v) { return T(1) / (T(1) + std::exp(-v)); });
        case F::hard_sigmoid:
            return with(hard);
        case F::hard_swish:
            return with([=](T v) { return v * hard(v); });
        case F::tanh:
            return with([](T v) { return std::tanh(v); });
        case F::softplus:
            return with([](T v) { return std::fmax(v, T(0)) + std::log1p(std::exp(-std::fabs(v))); });
        case F::erf:
            return with([](T v) { return std::erf(v); });
        case F::exp:
            return with([](T v) { return std::exp(v); });
        case F::log:
            return with([](T v) { return std::log(v); });
        case F::sqrt:
            return with([](T v) { return std::sqrt(v); });
        case F::reciprocal:
            return with([](T v) { return T(1) / v; });
        case F::floor:
            return with([](T v) { return std::floor(v); });
        case F::ceil:
            return with([](T v) { return std::ceil(v); });
        case F::round:
            return with([](T v) { return std::nearbyint(v); });
        default:
            break;
        }
    }
    switch (e.function) {
    case F::relu:
        return with([](T v) { return v < T(0) ? T(0) : v; });
    case F::clip: {
        const T low = saturate<T>(e.alpha), high = saturate<T>(e.beta);
        return with([=](T v) { return v > high ? high : v < low ? low : v; });
    }
    case F::abs:
        return with([](T v) { return v < T(0) ? wrapped<T>(T(0), v, [](auto p, auto q) { return p - q; }) : v; });
    case F::neg:
        return with([](T v) {
            return std::is_floating_point_v<T> ? static_cast<T>(-v)
                                               : wrapped<T>(T(0), v, [](auto p, auto q) { return p - q; });
        });
    case F::sign:
        return with([](T v) { return static_cast<T>((v > T(0)) - (v < T(0))); });
    case F::logical_not:
        return with([](T v) { return static_cast<T>(v == T(0)); });
    default:
        throw std::logic_error(std::string("no such function of one operand: ") + name(e.function));
    }
}

template <class T> Value binary(F function, const Value& a, const Value& b, const Shape& shape, ElementType type)
{
    const auto number = [&](auto op) { return map2<T, T, T>(a, b, shape, type, op); };
    const auto truth = [&](auto op) {
        return map2<T, T, std::uint8_t>(a, b, shape, ElementType::boolean,
                                        [=](T x, T y) { return static_cast<std::uint8_t>(op(x, y)); });
    };
    switch (function) {
    case F::add:
        return number([](T x, T y) { return wrapped(x, y, [](auto p, auto q) { return p + q; }); });
    case F::sub:
        return number([](T x, T y) { return wrapped(x, y, [](auto p, auto q) { return p - q; }); });
    case F::mul:
        return number([](T x, T y) { return wrapped(x, y, [](auto p, auto q) { return p * q; }); });
    case F::div:
        return number(divide<T>);
    case F::min:
        return number(smallest<T>);
    case F::max:
        return number(largest<T>);
    case F::prelu:
        return number([](T x, T y) { return x < T(0) ? wrapped(x, y, [](auto p, auto q) { return p * q; }) : x; });
    case F::equal:
        return truth([](T x, T y) { return x == y; });
    case F::less:
        return truth([](T x, T y) { return x < y; });
    case F::less_or_equal:
        return truth([](T x, T y) { return x <= y; });
    case F::greater:
        return truth([](T x, T y) { return x > y; });
    case F::greater_or_equal:
        return truth([](T x, T y) { return x >= y; });
    case F::logical_and:
        return truth([](T x, T y) { return x != T(0) && y != T(0); });
    case F::logical_or:
        return truth([](T x, T y) { return x != T(0) || y != T(0); });
    default:
        throw std::logic_error(std::string("no such function of two operands: ") + name(function));
    }
}

Shape broadcast_of(const Shape& a, const Shape& b)
{
    const std::size_t rank = std::max(a.rank(), b.rank());
    Shape out;
    for (std::size_t i = 0; i < rank; ++i) {
        const std::size_t la = rank - a.rank(), lb = rank - b.rank();
        const std::int64_t da = i < la ? 1 : a[i - la], db = i < lb ? 1 : b[i - lb];
        out.push_back(da == 1 ? db : da);
    }
    return out;
}

Value where(const Arguments& a)
{
    const ResultType& r = a.results[0];
    TensorData out(r.type, r.shape.elements());
    const Shape shapes[] = {a.inputs[0].shape, a.inputs[1].shape, a.inputs[2].shape};
    with_number(r.type, [&](auto zero) {
        using T = decltype(zero);
        const std::uint8_t* condition = a.inputs[0].data->as<std::uint8_t>().data();
        const T* yes = a.inputs[1].data->as<T>().data();
        const T* no = a.inputs[2].data->as<T>().data();
        T* to = out.as<T>().data();
        for (Odometer o(r.shape, shapes); o.valid(); o.next())
            for (std::int64_t i = 0; i < o.inner_size(); ++i)
                *to++ = condition[o.offset(0) + i * o.inner_stride(0)] ? yes[o.offset(1) + i * o.inner_stride(1)]
                                                                       : no[o.offset(2) + i * o.inner_stride(2)];
    });
    return {r.shape, std::move(out)};
}

/// Base and exponent may differ in type; the result has the base's.
Value power(const Arguments& a)
{
    const ResultType& r = a.results[0];
    return with_number(a.inputs[0].type(), [&](auto base) {
        return with_number(a.inputs[1].type(), [&](auto exponent) {
            using B = decltype(base);
            using E = decltype(exponent);
            return map2<B, E, B>(a.inputs[0], a.inputs[1], r.shape, r.type, [](B x, E y) {
                if constexpr (std::is_same_v<B, float> && std::is_same_v<E, float>)
                    return std::pow(x, y);
                else
                    return saturate<B>(std::pow(static_cast<double>(x), static_cast<double>(y)));
            });
        });
    });
}

Value clip_to_operands(const Arguments& a, const Elementwise& e)
{
    Elementwise fixed = e;
    if (a.has(std::size_t{1}))
        fixed.alpha = a.inputs[1].data->real(0);
    if (a.has(std::size_t{2}))
        fixed.beta = a.inputs[2].data->real(0);
    return with_number(a.inputs[0].type(), [&](auto zero) { return unary<decltype(zero)>(a, fixed); });
}

} // namespace

Values elementwise(const Arguments& a, const Elementwise& e)
{
    if (e.function == F::where)
        return {where(a)};
    if (e.function == F::pow)
        return {power(a)};
    if (e.function == F::clip)
        return {clip_to_operands(a, e)};
    const ElementType type = a.inputs[0].type();
    if (e.function < F::add)
        return {with_number(type, [&](auto zero) { return unary<decltype(zero)>(a, e); })};
    Value result = a.inputs[0];
    for (std::size_t i = 1; i < static_cast<std::size_t>(e.operands); ++i)
        result = with_number(type, [&](auto zero) {
            return binary<decltype(zero)>(e.function, result, a.inputs[i],
                                          broadcast_of(result.shape, a.inputs[i].shape), type);
        });
    return {result};
}

} // namespace imc::kernel
