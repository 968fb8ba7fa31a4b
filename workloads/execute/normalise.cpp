#include <algorithm>
#include <cmath>

#include "workloads/execute/kernels.h"

namespace imc::kernel
{

namespace
{

/// rows × size × inner, the values of one row being `inner` apart.
struct Rows {
    std::int64_t outer = 1, size = 1, inner = 1;

    Rows(const Shape& shape, int axis, bool to_the_end)
    {
        const auto a = static_cast<std::size_t>(axis);
        outer = shape.elements(0, a);
        size = to_the_end ? shape.elements(a, shape.rank()) : shape[a];
        inner = to_the_end ? 1 : shape.elements(a + 1, shape.rank());
    }
};

template <class T> Values softmax(const Arguments& a, const Normalise& n)
{
    const Value& x = a.inputs[0];
    const Rows rows(x.shape, n.axis, n.to_the_end);
    TensorData out(a.results[0].type, x.elements());
    const bool logarithm = n.function == Normalise::Function::log_softmax;
    for (std::int64_t o = 0; o < rows.outer; ++o)
        for (std::int64_t i = 0; i < rows.inner; ++i) {
            const T* in = x.data->as<T>().data() + o * rows.size * rows.inner + i;
            T* to = out.as<T>().data() + o * rows.size * rows.inner + i;
            double top = -std::numeric_limits<double>::infinity(), sum = 0;
            for (std::int64_t j = 0; j < rows.size; ++j)
                top = std::max(top, static_cast<double>(in[j * rows.inner]));
            for (std::int64_t j = 0; j < rows.size; ++j)
                sum += std::exp(static_cast<double>(in[j * rows.inner]) - top);
            for (std::int64_t j = 0; j < rows.size; ++j) {
                const double d = static_cast<double>(in[j * rows.inner]) - top;
                to[j * rows.inner] = static_cast<T>(logarithm ? d - std::log(sum) : std::exp(d) / sum);
            }
        }
    return {Value(a.results[0].shape, std::move(out))};
}

struct Statistics {
    double mean = 0, inverse_deviation = 0;
};

template <class T> Statistics statistics(const T* row, std::int64_t size, double epsilon)
{
    double mean = 0, square = 0;
    for (std::int64_t j = 0; j < size; ++j)
        mean += static_cast<double>(row[j]);
    mean /= static_cast<double>(size);
    for (std::int64_t j = 0; j < size; ++j)
        square += (static_cast<double>(row[j]) - mean) * (static_cast<double>(row[j]) - mean);
    return {mean, 1.0 / std::sqrt(square / static_cast<double>(size) + epsilon)};
}

/// `shape`'s elements of an operand that broadcasts to it.
std::vector<double> spread(const Value& operand, const Shape& shape)
{
    std::vector<double> out;
    const Shape shapes[] = {operand.shape};
    for (Odometer o(shape, shapes); o.valid(); o.next())
        for (std::int64_t i = 0; i < o.inner_size(); ++i)
            out.push_back(operand.data->real(o.offset(0) + i * o.inner_stride(0)));
    return out;
}

template <class T> Values layer_norm(const Arguments& a, const Normalise& n)
{
    const Value& x = a.inputs[0];
    const Rows rows(x.shape, n.axis, true);
    Shape row;
    for (std::size_t i = static_cast<std::size_t>(n.axis); i < x.shape.rank(); ++i)
        row.push_back(x.shape[i]);
    const std::vector<double> scale = spread(a.inputs[1], row);
    const std::vector<double> bias =
        a.has(std::size_t{2}) ? spread(a.inputs[2], row) : std::vector<double>(scale.size(), 0.0);
    TensorData out(a.results[0].type, x.elements()), mean(ElementType::float32, rows.outer),
        deviation(ElementType::float32, rows.outer);
    for (std::int64_t o = 0; o < rows.outer; ++o) {
        const T* in = x.data->as<T>().data() + o * rows.size;
        T* to = out.as<T>().data() + o * rows.size;
        const Statistics s = statistics(in, rows.size, n.epsilon);
        for (std::int64_t j = 0; j < rows.size; ++j) {
            const auto at = static_cast<std::size_t>(j);
            to[j] = static_cast<T>((static_cast<double>(in[j]) - s.mean) * s.inverse_deviation * scale[at] + bias[at]);
        }
        mean.set_real(o, s.mean);
        deviation.set_real(o, s.inverse_deviation);
    }
    Values results{Value(a.results[0].shape, std::move(out))};
    if (a.results.size() > 1)
        results.emplace_back(a.results[1].shape, std::move(mean));
    if (a.results.size() > 2)
        results.emplace_back(a.results[2].shape, std::move(deviation));
    return results;
}

/// Batch norm takes its statistics from operands 3 and 4, instance norm from each image's channel.
template <class T> Values per_channel(const Arguments& a, const Normalise& n)
{
    const Value& x = a.inputs[0];
    const Rows rows(x.shape, 1, false);
    TensorData out(a.results[0].type, x.elements());
    for (std::int64_t o = 0; o < rows.outer; ++o)
        for (std::int64_t c = 0; c < rows.size; ++c) {
            const T* in = x.data->as<T>().data() + (o * rows.size + c) * rows.inner;
            T* to = out.as<T>().data() + (o * rows.size + c) * rows.inner;
            const Statistics s =
                n.function == Normalise::Function::batch_norm
                    ? Statistics{a.inputs[3].data->real(c), 1.0 / std::sqrt(a.inputs[4].data->real(c) + n.epsilon)}
                    : statistics(in, rows.inner, n.epsilon);
            const double gain = a.inputs[1].data->real(c) * s.inverse_deviation;
            const double offset = a.inputs[2].data->real(c);
            for (std::int64_t j = 0; j < rows.inner; ++j)
                to[j] = static_cast<T>((static_cast<double>(in[j]) - s.mean) * gain + offset);
        }
    return {Value(a.results[0].shape, std::move(out))};
}

template <class T> Values normalised(const Arguments& a, const Normalise& n)
{
    switch (n.function) {
    case Normalise::Function::softmax:
    case Normalise::Function::log_softmax:
        return softmax<T>(a, n);
    case Normalise::Function::layer_norm:
        return layer_norm<T>(a, n);
    case Normalise::Function::batch_norm:
    case Normalise::Function::instance_norm:
        return per_channel<T>(a, n);
    }
    throw std::logic_error("normalisation without a kernel");
}

} // namespace

Values normalise(const Arguments& a, const Normalise& n)
{
    return a.inputs[0].type() == ElementType::float64 ? normalised<double>(a, n) : normalised<float>(a, n);
}

} // namespace imc::kernel
