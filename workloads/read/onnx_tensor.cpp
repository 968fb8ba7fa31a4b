#include "workloads/read/onnx_tensor.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "sim/base/errors.h"
#include "workloads/checked.h"

namespace imc
{

static_assert(std::endian::native == std::endian::little, "raw ONNX data is little-endian and copied as it is");

std::optional<ElementType> element_type_of_onnx(int data_type)
{
    using P = onnx::TensorProto;
    switch (data_type) {
    case P::FLOAT:
        return ElementType::float32;
    case P::DOUBLE:
        return ElementType::float64;
    case P::FLOAT16:
        return ElementType::float16;
    case P::BFLOAT16:
        return ElementType::bfloat16;
    case P::INT8:
        return ElementType::int8;
    case P::UINT8:
        return ElementType::uint8;
    case P::INT16:
        return ElementType::int16;
    case P::UINT16:
        return ElementType::uint16;
    case P::INT32:
        return ElementType::int32;
    case P::UINT32:
        return ElementType::uint32;
    case P::INT64:
        return ElementType::int64;
    case P::UINT64:
        return ElementType::uint64;
    case P::BOOL:
        return ElementType::boolean;
    default:
        return std::nullopt;
    }
}

int onnx_of_element_type(ElementType type)
{
    using P = onnx::TensorProto;
    for (const int t : {P::FLOAT, P::DOUBLE, P::FLOAT16, P::BFLOAT16, P::INT8, P::UINT8, P::INT16, P::UINT16, P::INT32,
                        P::UINT32, P::INT64, P::UINT64, P::BOOL})
        if (element_type_of_onnx(t) == type)
            return t;
    throw std::logic_error("element type without an ONNX type");
}

namespace
{

Shape shape_of(const onnx::TensorProto& proto, const std::string& place)
{
    std::vector<std::int64_t> dims(proto.dims().begin(), proto.dims().end());
    for (const std::int64_t d : dims)
        if (d < 0)
            throw ConfigError(place, fmt::format("dimensions [{}] include a negative size", fmt::join(dims, ", ")));
    return Shape(dims);
}

void read_external(const onnx::TensorProto& proto, TensorData& data, const std::string& place,
                   const std::filesystem::path& folder)
{
    std::string location;
    std::int64_t offset = 0, length = -1;
    for (const auto& entry : proto.external_data()) {
        if (entry.key() == "location")
            location = entry.value();
        else if (entry.key() == "offset" || entry.key() == "length") {
            std::int64_t value = -1;
            const auto [end, error] =
                std::from_chars(entry.value().data(), entry.value().data() + entry.value().size(), value);
            if (error != std::errc() || *end != '\0' || value < 0)
                throw ConfigError(place, fmt::format("external data has {} '{}'", entry.key(), entry.value()));
            (entry.key() == "offset" ? offset : length) = value;
        }
    }
    const std::filesystem::path relative(location);
    if (location.empty() || relative.is_absolute() ||
        std::find(relative.begin(), relative.end(), std::filesystem::path("..")) != relative.end())
        throw ConfigError(place,
                          fmt::format("external data is at '{}', which is not below the model's folder", location));
    const auto bytes = data.bytes();
    if (length >= 0 && length != static_cast<std::int64_t>(bytes.size()))
        throw ConfigError(
            place, fmt::format("external data is {} bytes long, its shape and type need {}", length, bytes.size()));
    const std::filesystem::path file = folder / relative;
    std::ifstream in(file, std::ios::binary);
    if (!in.seekg(offset) ||
        !in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
        throw ConfigError(
            place, fmt::format("external data: {} has not {} bytes from {} on", file.string(), bytes.size(), offset));
}

/// Bytes the external file could give at most, so that a lying shape cannot ask for more memory than it has.
std::int64_t external_size(const onnx::TensorProto& proto, const std::filesystem::path& folder)
{
    for (const auto& entry : proto.external_data())
        if (entry.key() == "location") {
            std::error_code error;
            const auto size = std::filesystem::file_size(folder / entry.value(), error);
            return error ? 0 : static_cast<std::int64_t>(size);
        }
    return 0;
}

template <class T, class Field> void copy_field(const Field& field, TensorData& data)
{
    const auto out = data.as<T>();
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<T>(field.Get(static_cast<int>(i)));
}

/// The typed repeated field that holds this type when raw_data does not.
template <class F> auto with_typed_field(const onnx::TensorProto& proto, ElementType type, F f)
{
    switch (type) {
    case ElementType::float32:
        return f(proto.float_data(), float{});
    case ElementType::float64:
        return f(proto.double_data(), double{});
    case ElementType::int64:
        return f(proto.int64_data(), std::int64_t{});
    case ElementType::uint32:
        return f(proto.uint64_data(), std::uint32_t{});
    case ElementType::uint64:
        return f(proto.uint64_data(), std::uint64_t{});
    case ElementType::int32:
        return f(proto.int32_data(), std::int32_t{});
    case ElementType::int16:
        return f(proto.int32_data(), std::int16_t{});
    case ElementType::uint16:
    case ElementType::float16:
    case ElementType::bfloat16:
        return f(proto.int32_data(), std::uint16_t{});
    case ElementType::int8:
        return f(proto.int32_data(), std::int8_t{});
    case ElementType::uint8:
    case ElementType::boolean:
        return f(proto.int32_data(), std::uint8_t{});
    }
    throw std::logic_error("element type without an ONNX field");
}

} // namespace

ModelConstant constant_of_proto(const onnx::TensorProto& proto, const std::string& place,
                                const std::filesystem::path& folder)
{
    const auto type = element_type_of_onnx(proto.data_type());
    if (!type)
        throw ConfigError(place, fmt::format("tensors of ONNX type {} are not supported", proto.data_type()));
    ModelConstant constant{*type, shape_of(proto, place), nullptr};
    std::int64_t elements = 0;
    try {
        elements = constant.shape.elements();
        checked_multiply(elements, 8);
    } catch (const std::overflow_error&) {
        throw ConfigError(place, fmt::format("shape {} overflows", constant.shape.text()));
    }
    const auto width = static_cast<std::int64_t>(byte_size(*type));
    const bool external = proto.data_location() == onnx::TensorProto::EXTERNAL;
    const bool raw = proto.has_raw_data();
    const std::int64_t available =
        external ? external_size(proto, folder) / width
        : raw    ? static_cast<std::int64_t>(proto.raw_data().size()) / width
                 : with_typed_field(proto, *type, [](const auto& f, auto) { return std::int64_t{f.size()}; });
    const bool exact =
        external || static_cast<std::int64_t>(raw ? proto.raw_data().size() : available * width) == elements * width;
    if (available < elements || !exact)
        throw ConfigError(place, fmt::format("shape {} needs {} elements, the data has {}", constant.shape.text(),
                                             elements, available));
    TensorData data(*type, elements);
    if (external)
        read_external(proto, data, place, folder);
    else if (raw && elements > 0)
        std::memcpy(data.bytes().data(), proto.raw_data().data(), data.bytes().size());
    else if (!raw)
        with_typed_field(proto, *type, [&](const auto& f, auto zero) { copy_field<decltype(zero)>(f, data); });
    if (*type == ElementType::boolean)
        for (std::uint8_t& b : data.as<std::uint8_t>())
            b = b != 0;
    constant.data = std::make_shared<const TensorData>(std::move(data));
    return constant;
}

} // namespace imc
