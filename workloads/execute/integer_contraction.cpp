#include "workloads/execute/integer_contraction.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

#include "workloads/execute/operands.h"
#include "workloads/execute/requantise.h"

namespace imc::kernel
{

namespace
{

template <class T> struct Centred {
    std::vector<T> values; ///< integers minus their zero point: exact in T
    double largest = 0;    ///< magnitude
};

template <class T> Centred<T> centre(const Value& v, std::span<const std::int64_t> zero, std::int64_t stride)
{
    Centred<T> out;
    out.values.resize(static_cast<std::size_t>(v.elements()));
    const auto count = static_cast<std::int64_t>(zero.size());
    with_number(v.type(), [&](auto storage) {
        using S = decltype(storage);
        if constexpr (std::is_integral_v<S>) {
            const auto in = v.data->as<S>();
            for (std::size_t i = 0; i < in.size(); ++i) {
                const auto channel = static_cast<std::size_t>(static_cast<std::int64_t>(i) / stride % count);
                const auto value = static_cast<double>(static_cast<std::int64_t>(in[i]) - zero[channel]);
                out.values[i] = static_cast<T>(value);
                out.largest = std::max(out.largest, std::abs(value));
            }
        }
    });
    return out;
}

std::vector<std::int64_t> zero_points(const Arguments& a, TensorId id)
{
    return a.has(id) ? a.operand(id).to_integers() : std::vector<std::int64_t>{0};
}

/// Sums in T are exact while they stay below 2^digits; k is cut so that they do.
template <class T> std::int64_t exact_depth(const Centred<T>& x, const Centred<T>& w)
{
    const double product = std::max(1.0, x.largest * w.largest);
    return std::max<std::int64_t>(1,
                                  static_cast<std::int64_t>(std::ldexp(1.0, std::numeric_limits<T>::digits) / product));
}

template <class T>
void sum_products(const Layout& layout, const Centred<T>& x, const Centred<T>& w, std::vector<std::int64_t>& out)
{
    using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using Stride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    const Contraction& c = layout.c;
    const std::int64_t depth = exact_depth(x, w), channels = c.groups * c.n;
    const std::int64_t block = std::clamp<std::int64_t>((std::int64_t{1} << 20) / std::max<std::int64_t>(c.k, 1), 16,
                                                        std::max<std::int64_t>(c.m, 16));
    std::vector<T> rows;
    Matrix sums;
    for (std::int64_t b = 0; b < c.batch; ++b)
        for (std::int64_t g = 0; g < c.groups; ++g) {
            const Eigen::Map<const Matrix, 0, Stride> weights(w.values.data() + layout.stationary_at(b, g), c.n, c.k,
                                                              Stride(layout.stationary_n(), layout.stationary_k()));
            for (std::int64_t first = 0; first < c.m; first += block) {
                const std::int64_t last = std::min(c.m, first + block);
                fetch(layout, x.values.data(), b, g, first, last, rows);
                const Eigen::Map<const Matrix> moving(rows.data(), c.k, last - first);
                for (std::int64_t k = 0; k < c.k; k += depth) {
                    const std::int64_t part = std::min(depth, c.k - k);
                    sums.noalias() = weights.middleCols(k, part) * moving.middleRows(k, part);
                    for (std::int64_t n = 0; n < c.n; ++n)
                        for (std::int64_t m = first; m < last; ++m) {
                            const std::int64_t channel = g * c.n + n;
                            const std::int64_t at = c.result_transposed ? channel * c.m + m : m * channels + channel;
                            out[static_cast<std::size_t>(b * c.m * channels + at)] +=
                                static_cast<std::int64_t>(sums(n, m - first));
                        }
                }
            }
        }
}

} // namespace

std::vector<std::int64_t> integer_sums(const Arguments& a, const Contraction& c)
{
    const Layout layout(a, c);
    const Value &x = a.operand(c.moving), &w = a.operand(c.stationary);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(a.results[0].shape.elements()), 0);
    const auto zx = zero_points(a, c.quantised->moving_zero_point);
    const auto zw = zero_points(a, c.quantised->stationary_zero_point);
    // A zero point per result channel: consecutive weights of one channel are k apart ([n, k]) or neighbours ([k, n]).
    const std::int64_t stride = c.stationary_transposed ? std::max<std::int64_t>(c.k, 1) : 1;
    // Eight-bit operands fit single precision, which is twice as fast; wider ones need double.
    if (byte_size(x.type()) == 1 && byte_size(w.type()) == 1)
        sum_products(layout, centre<float>(x, zx, 1), centre<float>(w, zw, stride), sums);
    else
        sum_products(layout, centre<double>(x, zx, 1), centre<double>(w, zw, stride), sums);
    return sums;
}

Value integer_contraction(const Arguments& a, const Contraction& c) { return finished(a, c, integer_sums(a, c)); }

Value finished(const Arguments& a, const Contraction& c, std::vector<std::int64_t> sums)
{
    const ResultType& result = a.results[0];
    const QuantisedOperands& q = *c.quantised;
    const std::int64_t channels = c.groups * c.n;
    const auto channel_of = [&](std::size_t i) {
        const auto at = static_cast<std::int64_t>(i) % std::max<std::int64_t>(c.m * channels, 1);
        return static_cast<std::size_t>(c.result_transposed ? at / c.m : at % channels);
    };
    if (a.has(c.bias)) {
        const Value& bias = a.operand(c.bias);
        const bool one = bias.elements() == 1;
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += bias.data->integer(one ? 0 : static_cast<std::int64_t>(channel_of(i)));
    }
    TensorData out(result.type, result.shape.elements());
    if (!a.has(q.result_scale)) {
        for (std::size_t i = 0; i < sums.size(); ++i)
            out.set_integer(static_cast<std::int64_t>(i), sums[i]);
        return {result.shape, std::move(out)};
    }
    const double x_scale = a.operand(q.moving_scale).data->real(0), y_scale = a.operand(q.result_scale).data->real(0);
    std::vector<Requantiser> requantisers;
    for (const double w_scale : a.operand(q.stationary_scale).to_reals())
        requantisers.emplace_back(x_scale * w_scale / y_scale);
    const std::int64_t zero = a.has(q.result_zero_point) ? a.operand(q.result_zero_point).data->integer(0) : 0;
    const auto [low, high] = result.quantisation ? integer_range(*result.quantisation) : integer_range(result.type);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const Requantiser& r = requantisers[requantisers.size() == 1 ? 0 : channel_of(i)];
        const std::int64_t limit = std::int64_t{1} << 40; // keeps the sum with the zero point defined
        out.set_integer(static_cast<std::int64_t>(i),
                        std::clamp(std::clamp(r.apply(sums[i]), -limit, limit) + zero, low, high));
    }
    return {result.shape, std::move(out)};
}

} // namespace imc::kernel
