#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "workloads/tensor.h"

namespace imc
{

/// Labelled items of one shape, kept as they come (bytes or floats).
struct DataSet {
    std::string name;
    Shape item; ///< of one item: channels, rows, columns; or the number of features
    int classes = 0;
    std::shared_ptr<const TensorData> values; ///< size() · item.elements(), uint8 or float32
    std::vector<int> labels;                  ///< in [0, classes)

    std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
    /// Items [first, first + count) as float32, one more axis in front; bytes become [0, 1].
    /// Throws std::out_of_range.
    Value batch(std::int64_t first, std::int64_t count) const;
};

// The readers throw ConfigError naming the file, and the record or line, if it is cut off, has the wrong magic
// number or size, or a label outside the classes.

/// CIFAR-10, binary version (Krizhevsky 2009): records of a label byte and 3 · 32 · 32 pixel bytes.
DataSet read_cifar10(const std::vector<std::filesystem::path>& files);

/// IDX, the MNIST family's format: unsigned bytes, three dimensions of images, one of labels (decompressed files).
DataSet read_idx(const std::filesystem::path& images, const std::filesystem::path& labels);

/// Comma-separated numbers with a header line, one item per line; `label` names the column of class numbers,
/// all others are features in file order.
DataSet read_csv(const std::filesystem::path& file, const std::string& label = "label");

constexpr std::int64_t most_digits = 10'000'000; ///< at once

/// Rendered digits `first` … `first` + `count` − 1, 1 × 28 × 28 bytes: strokes with random slant, rotation, size,
/// place, thickness and noise. Digit i depends on seed and i alone; needs no file. Labels are i mod 10.
DataSet draw_digits(std::int64_t count, std::uint64_t seed, std::int64_t first = 0);

} // namespace imc
