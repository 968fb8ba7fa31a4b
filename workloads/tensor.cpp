#include "workloads/tensor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include "workloads/checked.h"
#include "workloads/half.h"
#include "workloads/saturate.h"

namespace imc
{

const char* name(ElementType type)
{
    switch (type) {
    case ElementType::float32:
        return "float32";
    case ElementType::float64:
        return "float64";
    case ElementType::float16:
        return "float16";
    case ElementType::bfloat16:
        return "bfloat16";
    case ElementType::int8:
        return "int8";
    case ElementType::uint8:
        return "uint8";
    case ElementType::int16:
        return "int16";
    case ElementType::uint16:
        return "uint16";
    case ElementType::int32:
        return "int32";
    case ElementType::uint32:
        return "uint32";
    case ElementType::int64:
        return "int64";
    case ElementType::uint64:
        return "uint64";
    case ElementType::boolean:
        return "bool";
    }
    throw std::logic_error("element type without a name");
}

std::size_t byte_size(ElementType type)
{
    switch (type) {
    case ElementType::int8:
    case ElementType::uint8:
    case ElementType::boolean:
        return 1;
    case ElementType::float16:
    case ElementType::bfloat16:
    case ElementType::int16:
    case ElementType::uint16:
        return 2;
    case ElementType::float32:
    case ElementType::int32:
    case ElementType::uint32:
        return 4;
    case ElementType::float64:
    case ElementType::int64:
    case ElementType::uint64:
        return 8;
    }
    throw std::logic_error("element type without a size");
}

bool is_floating(ElementType type)
{
    return type == ElementType::float32 || type == ElementType::float64 || type == ElementType::float16 ||
           type == ElementType::bfloat16;
}

bool is_integer(ElementType type) { return !is_floating(type) && type != ElementType::boolean; }

std::pair<std::int64_t, std::int64_t> integer_range(ElementType type)
{
    if (!is_integer(type))
        throw std::invalid_argument(fmt::format("{} has no integer range", name(type)));
    const int bits = static_cast<int>(8 * byte_size(type));
    const bool is_unsigned = type == ElementType::uint8 || type == ElementType::uint16 || type == ElementType::uint32 ||
                             type == ElementType::uint64;
    if (is_unsigned)
        return {0, bits == 64 ? std::numeric_limits<std::int64_t>::max() : (std::int64_t{1} << bits) - 1};
    return {bits == 64 ? std::numeric_limits<std::int64_t>::min() : -(std::int64_t{1} << (bits - 1)),
            bits == 64 ? std::numeric_limits<std::int64_t>::max() : (std::int64_t{1} << (bits - 1)) - 1};
}

std::pair<std::int64_t, std::int64_t> integer_range(const Quantisation& quantisation)
{
    const auto [low, high] = integer_range(quantisation.type);
    const int width = static_cast<int>(8 * byte_size(quantisation.type));
    if (quantisation.bits < 1 || quantisation.bits > width)
        throw std::invalid_argument(fmt::format("{} bits in {}", quantisation.bits, name(quantisation.type)));
    const int dropped = width - quantisation.bits;
    return {low >> dropped, high >> dropped};
}

Shape::Shape(std::span<const std::int64_t> values)
{
    dims_.reserve(values.size());
    for (const std::int64_t v : values)
        dims_.push_back({v, {}});
}

std::vector<std::int64_t> Shape::values() const
{
    std::vector<std::int64_t> out;
    out.reserve(dims_.size());
    for (const Dim& d : dims_)
        out.push_back(d.value);
    return out;
}

std::int64_t Shape::elements() const { return elements(0, dims_.size()); }

std::int64_t Shape::elements(std::size_t first, std::size_t last) const
{
    std::int64_t n = 1;
    for (std::size_t i = first; i < last; ++i)
        n = checked_multiply(n, dims_[i].value);
    return n;
}

std::vector<std::int64_t> Shape::strides() const
{
    std::vector<std::int64_t> out(dims_.size());
    std::int64_t stride = 1;
    for (std::size_t i = dims_.size(); i-- > 0;) {
        out[i] = stride;
        stride = checked_multiply(stride, dims_[i].value);
    }
    return out;
}

std::string Shape::text() const { return fmt::format("[{}]", fmt::join(values(), ", ")); }

bool Shape::operator==(const Shape& other) const
{
    if (rank() != other.rank())
        return false;
    for (std::size_t i = 0; i < rank(); ++i)
        if (dims_[i].value != other.dims_[i].value)
            return false;
    return true;
}

TensorData::TensorData(ElementType type, std::int64_t elements) : type_(type), elements_(elements)
{
    if (elements < 0)
        throw std::invalid_argument(fmt::format("tensor of {} elements", elements));
    const std::int64_t bytes = checked_multiply(elements, static_cast<std::int64_t>(byte_size(type)));
    words_.resize((static_cast<std::size_t>(bytes) + 7) / 8);
}

void TensorData::check_size(std::size_t size) const
{
    if (size != byte_size(type_))
        throw std::invalid_argument(fmt::format("{} data read as {}-byte elements", name(type_), size));
}

void TensorData::check_index(std::int64_t index) const
{
    if (index < 0 || index >= elements_)
        throw std::out_of_range(fmt::format("element {} of a tensor of {}", index, elements_));
}

namespace
{

/// Calls f with a zero of the C++ type that stores `type` (half types as their bits).
template <class F> auto with_storage(ElementType type, F f)
{
    switch (type) {
    case ElementType::float32:
        return f(float{});
    case ElementType::float64:
        return f(double{});
    case ElementType::float16:
    case ElementType::bfloat16:
    case ElementType::uint16:
        return f(std::uint16_t{});
    case ElementType::int8:
        return f(std::int8_t{});
    case ElementType::uint8:
    case ElementType::boolean:
        return f(std::uint8_t{});
    case ElementType::int16:
        return f(std::int16_t{});
    case ElementType::int32:
        return f(std::int32_t{});
    case ElementType::uint32:
        return f(std::uint32_t{});
    case ElementType::int64:
        return f(std::int64_t{});
    case ElementType::uint64:
        return f(std::uint64_t{});
    }
    throw std::logic_error("element type without storage");
}

} // namespace

double TensorData::real(std::int64_t index) const
{
    check_index(index);
    const auto i = static_cast<std::size_t>(index);
    if (type_ == ElementType::float16)
        return half_to_float(as<std::uint16_t>()[i]);
    if (type_ == ElementType::bfloat16)
        return bfloat16_to_float(as<std::uint16_t>()[i]);
    return with_storage(type_, [&](auto zero) { return static_cast<double>(as<decltype(zero)>()[i]); });
}

std::int64_t TensorData::integer(std::int64_t index) const
{
    if (is_floating(type_))
        return saturate<std::int64_t>(real(index));
    check_index(index);
    const auto i = static_cast<std::size_t>(index);
    return with_storage(type_, [&](auto zero) {
        if constexpr (std::is_integral_v<decltype(zero)>)
            return static_cast<std::int64_t>(as<decltype(zero)>()[i]);
        else
            return std::int64_t{0};
    });
}

void TensorData::set_real(std::int64_t index, double value)
{
    check_index(index);
    const auto i = static_cast<std::size_t>(index);
    if (type_ == ElementType::float16)
        as<std::uint16_t>()[i] = float_to_half(static_cast<float>(value));
    else if (type_ == ElementType::bfloat16)
        as<std::uint16_t>()[i] = float_to_bfloat16(static_cast<float>(value));
    else if (type_ == ElementType::boolean)
        as<std::uint8_t>()[i] = value != 0.0;
    else
        with_storage(type_, [&](auto zero) {
            using T = decltype(zero);
            as<T>()[i] = saturate<T>(value);
        });
}

void TensorData::set_integer(std::int64_t index, std::int64_t value)
{
    if (is_floating(type_)) {
        set_real(index, static_cast<double>(value));
        return;
    }
    check_index(index);
    const auto i = static_cast<std::size_t>(index);
    if (type_ == ElementType::boolean)
        value = value != 0;
    with_storage(type_, [&](auto zero) { as<decltype(zero)>()[i] = static_cast<decltype(zero)>(value); });
}

Value::Value(Shape its_shape, TensorData its_data)
    : Value(std::move(its_shape), std::make_shared<const TensorData>(std::move(its_data)))
{
}

Value::Value(Shape its_shape, std::shared_ptr<const TensorData> its_data)
    : shape(std::move(its_shape)), data(std::move(its_data))
{
    if (data->elements() != shape.elements())
        throw std::invalid_argument(fmt::format("{} elements for shape {}", data->elements(), shape.text()));
}

Value Value::scalar(ElementType type, double value)
{
    TensorData data(type, 1);
    data.set_real(0, value);
    return {Shape{}, std::move(data)};
}

Value Value::integers(const std::vector<std::int64_t>& values)
{
    TensorData data(ElementType::int64, static_cast<std::int64_t>(values.size()));
    std::copy(values.begin(), values.end(), data.as<std::int64_t>().begin());
    return {Shape{static_cast<std::int64_t>(values.size())}, std::move(data)};
}

std::vector<std::int64_t> Value::to_integers() const
{
    std::vector<std::int64_t> out(static_cast<std::size_t>(elements()));
    if (is_floating(type()))
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = data->integer(static_cast<std::int64_t>(i));
    else
        with_storage(type(), [&](auto zero) {
            using T = decltype(zero);
            if constexpr (std::is_integral_v<T>)
                std::ranges::transform(data->as<T>(), out.begin(), [](T v) { return static_cast<std::int64_t>(v); });
        });
    return out;
}

std::vector<double> Value::to_reals() const
{
    std::vector<double> out(static_cast<std::size_t>(elements()));
    if (type() == ElementType::float16 || type() == ElementType::bfloat16)
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = data->real(static_cast<std::int64_t>(i));
    else
        with_storage(type(), [&](auto zero) {
            using T = decltype(zero);
            std::ranges::transform(data->as<T>(), out.begin(), [](T v) { return static_cast<double>(v); });
        });
    return out;
}

} // namespace imc
