#include "nas/train/training_data.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/random.h"

namespace imc::training
{

namespace
{

void shuffle(std::vector<std::int64_t>& values, RandomStream random)
{
    for (std::size_t i = values.size(); i > 1; --i)
        std::swap(values[i - 1], values[random.below(i)]);
}

DataSet joined(std::vector<DataSet> sets)
{
    DataSet all = std::move(sets.front());
    for (std::size_t s = 1; s < sets.size(); ++s) {
        const DataSet& next = sets[s];
        if (!(next.item == all.item) || next.values->type() != all.values->type())
            throw ConfigError("data.train", fmt::format("file {} has items of shape {}, the first of {}", s + 1,
                                                        next.item.text(), all.item.text()));
        TensorData values(all.values->type(), all.values->elements() + next.values->elements());
        const auto out = values.bytes();
        std::copy(all.values->bytes().begin(), all.values->bytes().end(), out.begin());
        std::copy(next.values->bytes().begin(), next.values->bytes().end(),
                  out.begin() + static_cast<std::ptrdiff_t>(all.values->bytes().size()));
        all.values = std::make_shared<const TensorData>(std::move(values));
        all.labels.insert(all.labels.end(), next.labels.begin(), next.labels.end());
        all.classes = std::max(all.classes, next.classes);
    }
    return all;
}

DataSet read(const DataConfig& c, const std::vector<std::string>& names, const std::vector<std::string>& labels)
{
    std::vector<std::filesystem::path> files;
    for (const std::string& name : names)
        files.push_back(c.folder / name);
    if (c.kind == DataKind::cifar10)
        return read_cifar10(files);
    std::vector<DataSet> sets;
    for (std::size_t i = 0; i < files.size(); ++i)
        sets.push_back(c.kind == DataKind::idx ? read_idx(files[i], c.folder / labels[i])
                                               : read_csv(files[i], c.label));
    return joined(std::move(sets));
}

void keep_first(DataSet& set, std::int64_t count, const char* key)
{
    if (count == 0)
        return;
    if (count > set.size())
        throw ConfigError(key, fmt::format("{} items are asked for, there are {}", count, set.size()));
    set.labels.resize(static_cast<std::size_t>(count));
}

/// Where an augmented image is taken from.
struct Move {
    bool flip = false;
    std::int64_t down = 0, right = 0;
};

template <class T> void copy_item(const T* from, float* to, const Shape& item, const Move& move, float divisor)
{
    if (item.rank() != 3 || (!move.flip && move.down == 0 && move.right == 0)) {
        std::transform(from, from + item.elements(), to, [&](T v) { return static_cast<float>(v) / divisor; });
        return;
    }
    const std::int64_t rows = item[1], columns = item[2];
    for (std::int64_t c = 0; c < item[0]; ++c)
        for (std::int64_t y = 0; y < rows; ++y)
            for (std::int64_t x = 0; x < columns; ++x) {
                const std::int64_t sy = y + move.down, sx = (move.flip ? columns - 1 - x : x) + move.right;
                const bool inside = sy >= 0 && sy < rows && sx >= 0 && sx < columns;
                *to++ = inside ? static_cast<float>(from[(c * rows + sy) * columns + sx]) / divisor : 0.0f;
            }
}

} // namespace

TrainingData load_data(const DataConfig& c, std::uint64_t seed)
{
    TrainingData data;
    if (c.kind == DataKind::digits) {
        data.train = draw_digits(c.train_items ? c.train_items : 4000, static_cast<std::uint64_t>(c.train_seed));
        data.test = draw_digits(c.test_items ? c.test_items : 1000, static_cast<std::uint64_t>(c.test_seed));
    } else {
        data.train = read(c, c.train, c.train_labels);
        keep_first(data.train, c.train_items, "data.train_items");
        if (!c.test.empty()) {
            data.test = read(c, c.test, c.test_labels);
            keep_first(data.test, c.test_items, "data.test_items");
            if (!(data.test.item == data.train.item))
                throw ConfigError("data.test", fmt::format("items have shape {}, those trained with {}",
                                                           data.test.item.text(), data.train.item.text()));
        }
    }
    std::vector<std::int64_t> all(static_cast<std::size_t>(data.train.size()));
    std::iota(all.begin(), all.end(), 0);
    shuffle(all, RandomStream(seed, "training validation split"));
    const auto kept = static_cast<std::ptrdiff_t>(static_cast<double>(all.size()) * c.validation_share);
    data.validation.assign(all.begin(), all.begin() + kept);
    data.training.assign(all.begin() + kept, all.end());
    std::sort(data.validation.begin(), data.validation.end());
    std::sort(data.training.begin(), data.training.end());
    if (data.training.empty() || (c.validation_share > 0 && data.validation.empty()))
        throw ConfigError("data", fmt::format("{} items are too few to split", all.size()));
    return data;
}

std::vector<std::int64_t> order_of_epoch(std::vector<std::int64_t> indices, std::uint64_t seed, std::uint64_t stage,
                                         std::uint64_t epoch)
{
    shuffle(indices, RandomStream(seed, fmt::format("training order, stage {}", stage), epoch));
    return indices;
}

std::vector<float> gather(const DataSet& data, std::span<const std::int64_t> indices, const AugmentConfig* augment,
                          std::uint64_t seed, std::uint64_t draw)
{
    const std::int64_t size = data.item.elements();
    std::vector<float> out(indices.size() * static_cast<std::size_t>(size));
    const bool bytes = data.values->type() == ElementType::uint8;
    for (std::size_t i = 0; i < indices.size(); ++i) {
        Move move;
        if (augment && (augment->flip || augment->crop > 0)) {
            RandomStream random(seed, "training augmentation", draw + i);
            move.flip = augment->flip && random.below(2) == 1;
            const auto span = static_cast<std::uint64_t>(2 * augment->crop + 1);
            move.down = static_cast<std::int64_t>(random.below(span)) - augment->crop;
            move.right = static_cast<std::int64_t>(random.below(span)) - augment->crop;
        }
        float* to = out.data() + i * static_cast<std::size_t>(size);
        const auto at = static_cast<std::size_t>(indices[i] * size);
        if (bytes)
            copy_item(data.values->as<std::uint8_t>().data() + at, to, data.item, move, 255.0f);
        else
            copy_item(data.values->as<float>().data() + at, to, data.item, move, 1.0f);
    }
    return out;
}

} // namespace imc::training
