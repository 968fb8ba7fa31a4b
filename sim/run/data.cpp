#include "sim/run/data.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "workloads/data/citation_graph.h"

namespace imc::run
{

namespace
{

constexpr std::uint64_t train_digits = 1, test_digits = 2; ///< seeds of the drawn sets

/// Nodes of one split, by their features alone.
DataSet citation_nodes(const std::filesystem::path& folder, Split split)
{
    const CitationGraph graph = read_citation_graph(folder);
    const auto wanted = split == Split::train ? CitationGraph::Split::train : CitationGraph::Split::test;
    std::vector<std::size_t> nodes;
    for (std::size_t n = 0; n < graph.split.size(); ++n)
        if (graph.split[n] == wanted && graph.labels[n] >= 0)
            nodes.push_back(n);
    DataSet set;
    set.name = "citation";
    set.item = Shape{graph.features};
    set.classes = graph.classes;
    TensorData values(ElementType::float32, static_cast<std::int64_t>(nodes.size()) * graph.features);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        float* row = values.as<float>().data() + static_cast<std::int64_t>(i) * graph.features;
        for (auto f = graph.feature_offsets[nodes[i]]; f < graph.feature_offsets[nodes[i] + 1]; ++f)
            row[graph.feature_values[static_cast<std::size_t>(f)].index] =
                graph.feature_values[static_cast<std::size_t>(f)].value;
        set.labels.push_back(graph.labels[nodes[i]]);
    }
    set.values = std::make_shared<const TensorData>(std::move(values));
    return set;
}

std::uint64_t seed_of_digits(Split split) { return split == Split::train ? train_digits : test_digits; }

/// At least `count` items of a split, if it has so many.
DataSet load(const DataOptions& o, Split split, std::int64_t count)
{
    const bool train = split == Split::train;
    switch (o.kind) {
    case DataKind::digits:
        return draw_digits(count, seed_of_digits(split));
    case DataKind::cifar10: {
        std::vector<std::filesystem::path> files;
        for (int i = 1; train && i <= 5 && (i - 1) * 10000 < count; ++i)
            files.push_back(o.folder / fmt::format("data_batch_{}.bin", i));
        if (!train)
            files.push_back(o.folder / "test_batch.bin");
        return read_cifar10(files);
    }
    case DataKind::idx: {
        const char* part = train ? "train" : "t10k";
        return read_idx(o.folder / fmt::format("{}-images-idx3-ubyte", part),
                        o.folder / fmt::format("{}-labels-idx1-ubyte", part));
    }
    case DataKind::csv:
        return read_csv(o.folder / (train ? "train.csv" : "test.csv"));
    case DataKind::citation:
        return citation_nodes(o.folder, split);
    }
    return {};
}

void normalise(Value& batch, const DataOptions& o)
{
    const auto channels = static_cast<std::size_t>(batch.shape.rank() > 1 ? batch.shape[1] : 1);
    for (const auto* list : {&o.mean, &o.deviation})
        if (!list->empty() && list->size() != channels && list->size() != 1)
            throw ConfigError(
                list == &o.mean ? "accuracy.mean" : "accuracy.deviation",
                fmt::format("must have one value or one per channel, {}, got {}", channels, list->size()));
    if (o.mean.empty() && o.deviation.empty())
        return;
    TensorData data(*batch.data);
    const auto values = data.as<float>();
    const std::size_t inner = values.size() / channels;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto of = [&](const std::vector<double>& list, double none) {
            return list.empty() ? none : list[list.size() == 1 ? 0 : i / inner];
        };
        values[i] = static_cast<float>((static_cast<double>(values[i]) - of(o.mean, 0.0)) / of(o.deviation, 1.0));
    }
    batch = Value(batch.shape, std::move(data));
}

/// Items [first, first + count), skipping [skip_first, skip_last).
Images take(const DataSet& set, const DataOptions& o, const Graph& graph, std::int64_t first, std::int64_t count,
            std::int64_t skip_first, std::int64_t skip_last)
{
    if (graph.inputs.size() != 1)
        throw ConfigError(graph.name, fmt::format("has {} inputs; images need one", graph.inputs.size()));
    const Tensor& input = graph.tensor(graph.inputs[0]);
    if (!is_floating(input.type) || input.shape.rank() < 1 || input.shape[0] != 1 ||
        input.shape.elements() != set.item.elements())
        throw ConfigError(graph.name, fmt::format("its input '{}' of shape {} does not take one item of shape {} ({})",
                                                  input.name, input.shape.text(), set.item.text(), set.name));
    const std::int64_t scores = graph.tensor(graph.outputs.at(0)).shape.elements();
    Images images;
    images.classes = set.classes;
    for (std::int64_t i = first; i < set.size() && static_cast<std::int64_t>(images.labels.size()) < count; ++i) {
        if (i >= skip_first && i < skip_last)
            continue;
        Value item = set.batch(i, 1);
        normalise(item, o);
        TensorData data(input.type, item.elements());
        for (std::int64_t e = 0; e < item.elements(); ++e)
            data.set_real(e, item.data->real(e));
        images.inputs.push_back({Value(input.shape, std::move(data))});
        const int label = set.labels[static_cast<std::size_t>(i)];
        if (label >= scores)
            throw ConfigError(graph.name, fmt::format("gives {} scores, but the label of item {} of {} is {}", scores,
                                                      i, set.name, label));
        images.labels.push_back(label);
    }
    if (static_cast<std::int64_t>(images.labels.size()) < count)
        throw ConfigError("accuracy", fmt::format("{} items are asked for from item {}, but {} has {}", count, first,
                                                  set.name, set.size()));
    return images;
}

} // namespace

const char* name(DataKind kind)
{
    constexpr const char* names[] = {"digits", "cifar10", "idx", "csv", "citation"};
    return names[static_cast<int>(kind)];
}

const char* name(Split split) { return split == Split::test ? "test" : "train"; }

Images test_images(const DataOptions& o, const Graph& graph)
{
    if (o.kind == DataKind::digits) // no need to draw those in front
        return take(draw_digits(o.images, seed_of_digits(o.split), o.first), o, graph, 0, o.images, 0, 0);
    return take(load(o, o.split, o.first + o.images), o, graph, o.first, o.images, 0, 0);
}

Images calibration_images(const DataOptions& o, const Graph& graph)
{
    // Items in front of those that are tested are enough, or what follows those is taken as well.
    const bool tests_training = o.split == Split::train && o.first < o.calibration_images;
    const std::int64_t skip_first = tests_training ? o.first : 0;
    const std::int64_t skip_last = tests_training ? o.first + o.images : 0;
    const std::int64_t needed = o.calibration_images + skip_last;
    return take(load(o, Split::train, needed), o, graph, 0, o.calibration_images, skip_first, skip_last);
}

} // namespace imc::run
