#include "workloads/node.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "workloads/checked.h"

namespace imc
{

namespace
{

template <class Member> std::int64_t product(const std::vector<WindowAxis>& axes, Member member)
{
    std::int64_t n = 1;
    for (const WindowAxis& a : axes)
        n = checked_multiply(n, a.*member);
    return n;
}

} // namespace

std::int64_t Window::kernel_points() const { return product(axes, &WindowAxis::kernel); }
std::int64_t Window::input_points() const { return product(axes, &WindowAxis::in); }
std::int64_t Window::output_points() const { return product(axes, &WindowAxis::out); }

std::int64_t Contraction::stationary_elements() const
{
    const std::int64_t one = checked_multiply(groups, checked_multiply(k, n));
    return stationary_batched ? checked_multiply(batch, one) : one;
}

std::int64_t Contraction::macs() const
{
    return checked_multiply(checked_multiply(batch, m), checked_multiply(groups, checked_multiply(k, n)));
}

namespace
{

double original_coordinate(const ResizeAxis& a, double index)
{
    using enum ResizeAxis::Coordinates;
    const auto in = static_cast<double>(a.in), out = static_cast<double>(a.out);
    switch (a.coordinates) {
    case asymmetric:
        return index / a.scale;
    case align_corners:
        return out <= 1 ? 0 : index * (in - 1) / (out - 1);
    case tf_half_pixel_for_nn:
        return (index + 0.5) / a.scale;
    case pytorch_half_pixel:
        return out <= 1 ? 0 : (index + 0.5) / a.scale - 0.5;
    case half_pixel:
        break;
    }
    return (index + 0.5) / a.scale - 0.5;
}

} // namespace

std::int64_t ResizeAxis::source(std::int64_t index) const
{
    const double x = original_coordinate(*this, static_cast<double>(index));
    double rounded = 0;
    switch (rounding) {
    case Rounding::floor:
        rounded = std::floor(x);
        break;
    case Rounding::ceil:
        rounded = std::ceil(x);
        break;
    case Rounding::round_prefer_ceil:
        rounded = std::floor(x + 0.5);
        break;
    case Rounding::round_prefer_floor:
        rounded = std::ceil(x - 0.5);
        break;
    }
    return static_cast<std::int64_t>(std::clamp(rounded, 0.0, static_cast<double>(in - 1)));
}

const char* name(Residency residency)
{
    switch (residency) {
    case Residency::constant:
        return "constant";
    case Residency::per_inference:
        return "per_inference";
    case Residency::appended:
        return "appended";
    }
    throw std::logic_error("residency without a name");
}

const char* name(Elementwise::Function function)
{
    static constexpr const char* names[] = {"relu",        "leaky_relu",
                                            "elu",         "clip",
                                            "sigmoid",     "hard_sigmoid",
                                            "hard_swish",  "tanh",
                                            "softplus",    "erf",
                                            "exp",         "log",
                                            "sqrt",        "reciprocal",
                                            "abs",         "neg",
                                            "sign",        "floor",
                                            "ceil",        "round",
                                            "logical_not", "add",
                                            "sub",         "mul",
                                            "div",         "pow",
                                            "min",         "max",
                                            "prelu",       "equal",
                                            "less",        "less_or_equal",
                                            "greater",     "greater_or_equal",
                                            "logical_and", "logical_or",
                                            "where",       "quantize",
                                            "dequantize"};
    static_assert(std::size(names) == static_cast<std::size_t>(Elementwise::Function::dequantize) + 1);
    return names[static_cast<std::size_t>(function)];
}

const char* name(Reduce::Function function)
{
    static constexpr const char* names[] = {"max", "min", "mean", "sum", "sum_square", "l1", "l2", "product"};
    static_assert(std::size(names) == static_cast<std::size_t>(Reduce::Function::product) + 1);
    return names[static_cast<std::size_t>(function)];
}

const char* name(Normalise::Function function)
{
    static constexpr const char* names[] = {"softmax", "log_softmax", "layer_norm", "batch_norm", "instance_norm"};
    static_assert(std::size(names) == static_cast<std::size_t>(Normalise::Function::instance_norm) + 1);
    return names[static_cast<std::size_t>(function)];
}

const char* name(Move::Function function)
{
    static constexpr const char* names[] = {"identity", "reshape",        "transpose", "concat", "split", "slice",
                                            "pad",      "resize_nearest", "gather",    "expand", "cast"};
    static_assert(std::size(names) == static_cast<std::size_t>(Move::Function::cast) + 1);
    return names[static_cast<std::size_t>(function)];
}

} // namespace imc
