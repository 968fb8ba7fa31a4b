#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "workloads/data/data_set.h"

namespace imc
{

Value DataSet::batch(std::int64_t first, std::int64_t count) const
{
    if (first < 0 || count < 0 || first > size() - count)
        throw std::out_of_range(fmt::format("items {} to {} of a data set of {}", first, first + count, size()));
    Shape shape{count};
    for (std::size_t i = 0; i < item.rank(); ++i)
        shape.push_back(item[i]);
    const auto begin = static_cast<std::size_t>(first * item.elements());
    TensorData data(ElementType::float32, shape.elements());
    const auto out = data.as<float>();
    if (values->type() == ElementType::uint8)
        std::transform(values->as<std::uint8_t>().begin() + static_cast<std::ptrdiff_t>(begin),
                       values->as<std::uint8_t>().begin() + static_cast<std::ptrdiff_t>(begin + out.size()),
                       out.begin(), [](std::uint8_t v) { return static_cast<float>(v) / 255.0f; });
    else
        std::copy_n(values->as<float>().begin() + static_cast<std::ptrdiff_t>(begin), out.size(), out.begin());
    return {shape, std::move(data)};
}

DataSet read_cifar10(const std::vector<std::filesystem::path>& files)
{
    constexpr std::size_t pixels = 3 * 32 * 32, record = pixels + 1;
    DataSet set{"cifar10", Shape{3, 32, 32}, 10, nullptr, {}};
    std::vector<std::uint8_t> bytes;
    for (const auto& file : files) {
        const std::string content = read_file(file);
        if (content.empty() || content.size() % record != 0)
            throw ConfigError(
                file.string(),
                fmt::format("is {} bytes long, CIFAR-10 records have {}: not the binary version, or cut off",
                            content.size(), record));
        for (std::size_t at = 0; at < content.size(); at += record) {
            const int label = static_cast<unsigned char>(content[at]);
            if (label >= set.classes)
                throw ConfigError(file.string(), fmt::format("record {} has the label {}, CIFAR-10 has {} classes",
                                                             at / record, label, set.classes));
            set.labels.push_back(label);
            bytes.insert(bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(at + 1),
                         content.begin() + static_cast<std::ptrdiff_t>(at + record));
        }
    }
    if (files.empty())
        throw ConfigError("cifar10", "no file is named");
    TensorData data(ElementType::uint8, static_cast<std::int64_t>(bytes.size()));
    std::copy(bytes.begin(), bytes.end(), data.as<std::uint8_t>().begin());
    set.values = std::make_shared<const TensorData>(std::move(data));
    return set;
}

namespace
{

struct Idx {
    std::vector<std::int64_t> shape;
    std::string_view data;
};

/// Magic 0, 0, type (8: unsigned byte), rank; then big-endian sizes; then the bytes.
Idx parse_idx(std::string_view bytes, std::size_t rank, const std::string& name)
{
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])); };
    if (bytes.substr(0, 2) == "\x1f\x8b")
        throw ConfigError(name, "is compressed; gunzip it first");
    if (bytes.size() < 4 + 4 * rank || byte(0) != 0 || byte(1) != 0 || byte(2) != 8 || byte(3) != rank)
        throw ConfigError(name, fmt::format("is no IDX file of unsigned bytes with {} dimensions", rank));
    Idx idx;
    std::int64_t elements = 1;
    for (std::size_t i = 0; i < rank; ++i) {
        const std::size_t at = 4 + 4 * i;
        idx.shape.push_back((byte(at) << 24) | (byte(at + 1) << 16) | (byte(at + 2) << 8) | byte(at + 3));
        if (idx.shape.back() < 1 || __builtin_mul_overflow(elements, idx.shape.back(), &elements))
            throw ConfigError(name, fmt::format("has the sizes [{}]", fmt::join(idx.shape, ", ")));
    }
    idx.data = bytes.substr(4 + 4 * rank);
    if (static_cast<std::int64_t>(idx.data.size()) != elements)
        throw ConfigError(name, fmt::format("has {} bytes of data, its sizes [{}] need {}", idx.data.size(),
                                            fmt::join(idx.shape, ", "), elements));
    return idx;
}

} // namespace

DataSet read_idx(const std::filesystem::path& images, const std::filesystem::path& labels)
{
    const std::string pixels = read_file(images), classes = read_file(labels);
    const Idx x = parse_idx(pixels, 3, images.string()), y = parse_idx(classes, 1, labels.string());
    if (x.shape[0] != y.shape[0])
        throw ConfigError(labels.string(), fmt::format("has {} labels for {} images", y.shape[0], x.shape[0]));
    DataSet set{images.stem().string(), Shape{1, x.shape[1], x.shape[2]}, 0, nullptr, {}};
    for (const char c : y.data)
        set.labels.push_back(static_cast<unsigned char>(c));
    set.classes = 1 + *std::max_element(set.labels.begin(), set.labels.end());
    TensorData data(ElementType::uint8, static_cast<std::int64_t>(x.data.size()));
    std::memcpy(data.bytes().data(), x.data.data(), x.data.size());
    set.values = std::make_shared<const TensorData>(std::move(data));
    return set;
}

} // namespace imc
