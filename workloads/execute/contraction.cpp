#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Core>

#include "workloads/execute/integer_contraction.h"
#include "workloads/execute/kernels.h"
#include "workloads/execute/operands.h"

namespace imc::kernel
{

namespace
{

/// Positions per block: the fetched matrix stays around 4 MB, small enough for the caches' sake and memory's.
std::int64_t block_of(const Contraction& c, std::size_t element)
{
    const std::int64_t budget = (std::int64_t{4} << 20) / static_cast<std::int64_t>(element);
    return std::clamp<std::int64_t>(budget / std::max<std::int64_t>(c.k, 1), 16, std::max<std::int64_t>(c.m, 16));
}

/// The bias operand spread over [m, n] (a convolution's is per channel; Gemm's broadcasts).
template <class T> class Bias
{
public:
    Bias(const Arguments& a, const Contraction& c, const Shape& result)
    {
        if (!a.has(c.bias))
            return;
        const Value& v = a.operand(c.bias);
        data_ = v.data->as<T>().data();
        if (c.window()) {
            n_ = 1;
            return;
        }
        const auto strides = v.shape.strides();
        const std::size_t rank = v.shape.rank(), wide = result.rank();
        n_ = rank >= 1 && v.shape[rank - 1] != 1 ? strides[rank - 1] : 0;
        m_ = rank >= 2 && wide >= 2 && v.shape[rank - 2] != 1 ? strides[rank - 2] : 0;
    }
    bool present() const { return data_ != nullptr; }
    T at(std::int64_t m, std::int64_t n) const { return data_[m * m_ + n * n_]; }

private:
    const T* data_ = nullptr;
    std::int64_t m_ = 0, n_ = 0;
};

template <class T> Value real_contraction(const Arguments& a, const Contraction& c)
{
    using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using Stride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    const ResultType& result = a.results[0];
    const Layout layout(a, c);
    const auto data_of = [&](TensorId id) { return reinterpret_cast<const T*>(a.operand(id).data->bytes().data()); };
    const T *x = data_of(c.moving), *w = data_of(c.stationary);
    const Bias<T> bias(a, c, result.shape);
    TensorData out(result.type, result.shape.elements());
    T* y = reinterpret_cast<T*>(out.bytes().data());
    const std::int64_t block = block_of(c, sizeof(T)), channels = c.groups * c.n;
    std::vector<T> rows;
    Matrix sums;
    for (std::int64_t b = 0; b < c.batch; ++b)
        for (std::int64_t g = 0; g < c.groups; ++g) {
            const Eigen::Map<const Matrix, 0, Stride> weights(w + layout.stationary_at(b, g), c.n, c.k,
                                                              Stride(layout.stationary_n(), layout.stationary_k()));
            for (std::int64_t first = 0; first < c.m; first += block) {
                const std::int64_t last = std::min(c.m, first + block), count = last - first;
                fetch(layout, x, b, g, first, last, rows);
                const Eigen::Map<const Matrix> moving(rows.data(), c.k, count);
                sums.noalias() = weights * moving;
                for (std::int64_t n = 0; n < c.n; ++n)
                    for (std::int64_t m = first; m < last; ++m) {
                        T value = sums(n, m - first);
                        if (c.alpha != 1.0)
                            value = static_cast<T>(value * static_cast<T>(c.alpha));
                        const std::int64_t channel = g * c.n + n;
                        if (bias.present())
                            value = static_cast<T>(value + static_cast<T>(c.beta) * bias.at(m, channel));
                        y[b * c.m * channels + (c.result_transposed ? channel * c.m + m : m * channels + channel)] =
                            value;
                    }
            }
        }
    return {result.shape, std::move(out)};
}

} // namespace

Values contraction(const Arguments& a, const Contraction& c)
{
    if (c.quantised)
        return {integer_contraction(a, c)};
    switch (a.operand(c.moving).type()) {
    case ElementType::float32:
        return {real_contraction<float>(a, c)};
    case ElementType::float64:
        return {real_contraction<double>(a, c)};
    case ElementType::int32: // wraps, as unsigned arithmetic does
    case ElementType::uint32:
        return {real_contraction<std::uint32_t>(a, c)};
    case ElementType::int64:
    case ElementType::uint64:
        return {real_contraction<std::uint64_t>(a, c)};
    default:
        throw std::logic_error("no contraction of " + std::string(name(a.operand(c.moving).type())));
    }
}

} // namespace imc::kernel
