#include "workloads/execute/integer_contraction.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

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

/// A zero point for all, or one per channel, of which `stride` elements follow each other.
template <class T> Centred<T> centre(const Value& v, std::span<const std::int64_t> zero, std::int64_t stride)
{
    Centred<T> out;
    out.values.resize(static_cast<std::size_t>(v.elements()));
    const std::size_t run = zero.size() == 1 ? out.values.size() : static_cast<std::size_t>(stride);
    with_number(v.type(), [&](auto storage) {
        using S = decltype(storage);
        if constexpr (std::is_integral_v<S>) {
            const auto in = v.data->as<S>();
            std::size_t channel = 0;
            for (std::size_t first = 0; first < in.size(); first += run) {
                const std::size_t last = std::min(in.size(), first + run);
                std::int64_t low = 0, high = 0;
                for (std::size_t i = first; i < last; ++i) {
                    const std::int64_t value = static_cast<std::int64_t>(in[i]) - zero[channel];
                    out.values[i] = static_cast<T>(value);
                    low = std::min(low, value);
                    high = std::max(high, value);
                }
                out.largest = std::max({out.largest, static_cast<double>(high), -static_cast<double>(low)});
                channel = channel + 1 < zero.size() ? channel + 1 : 0;
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

/// Calls visit(channel, sums) for all sums, those that lie together at a time.
template <class Visit> void for_each_channel(const Contraction& c, std::span<std::int64_t> sums, Visit visit)
{
    const auto channels = static_cast<std::size_t>(c.groups * c.n);
    const std::size_t run = c.result_transposed ? static_cast<std::size_t>(c.m) : 1;
    for (std::size_t first = 0, channel = 0; first < sums.size(); first += run) {
        visit(channel, sums.subspan(first, run));
        channel = channel + 1 < channels ? channel + 1 : 0;
    }
}

Value stored(const std::vector<std::int64_t>& integers, const ResultType& result)
{
    TensorData out(result.type, result.shape.elements());
    with_number(result.type, [&](auto storage) {
        using S = decltype(storage);
        if constexpr (std::is_integral_v<S>)
            std::ranges::transform(integers, out.as<S>().begin(), [](std::int64_t v) { return static_cast<S>(v); });
        else
            throw std::logic_error("the result of an integer contraction is " + std::string(name(result.type)));
    });
    return {result.shape, std::move(out)};
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
    if (a.has(c.bias)) {
        const std::vector<std::int64_t> bias = a.operand(c.bias).to_integers();
        for_each_channel(c, sums, [&](std::size_t channel, std::span<std::int64_t> its) {
            for (std::int64_t& sum : its)
                sum += bias[bias.size() == 1 ? 0 : channel];
        });
    }
    if (!a.has(q.result_scale))
        return stored(sums, result);
    const double x_scale = a.operand(q.moving_scale).data->real(0), y_scale = a.operand(q.result_scale).data->real(0);
    std::vector<Requantiser> requantisers;
    for (const double w_scale : a.operand(q.stationary_scale).to_reals())
        requantisers.emplace_back(x_scale * w_scale / y_scale);
    const std::int64_t zero = a.has(q.result_zero_point) ? a.operand(q.result_zero_point).data->integer(0) : 0;
    const auto [low, high] = result.quantisation ? integer_range(*result.quantisation) : integer_range(result.type);
    for_each_channel(c, sums, [&, low = low, high = high](std::size_t channel, std::span<std::int64_t> its) {
        const Requantiser r = requantisers[requantisers.size() == 1 ? 0 : channel];
        const std::int64_t limit = std::int64_t{1} << 40; // keeps the sum with the zero point defined
        for (std::int64_t& sum : its)
            sum = std::clamp(std::clamp(r.apply(sum), -limit, limit) + zero, low, high);
    });
    return stored(sums, result);
}

} // namespace imc::kernel
