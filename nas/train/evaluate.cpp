#include "nas/train/evaluate.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include "sim/base/errors.h"

extern "C" {
/// OpenBLAS's own; absent under another BLAS.
void openblas_set_num_threads(int) __attribute__((weak));
}

namespace imc::training
{

void set_threads(int threads)
{
    at::set_num_threads(threads);
    if (openblas_set_num_threads)
        openblas_set_num_threads(threads);
}

void check_fit(const Graph& graph, const TrainingData& data)
{
    const Shape& in = graph.tensor(graph.inputs[0]).shape;
    if (in.rank() < 2 || in[0] < 1 || in.elements() / in[0] != data.train.item.elements())
        throw ConfigError(graph.name, fmt::format("takes inputs of shape {}, the data's items have {}", in.text(),
                                                  data.train.item.text()));
    const Shape& out = graph.tensor(graph.outputs[0]).shape;
    const int classes = std::max(data.train.classes, data.test.classes);
    if (out[1] < classes)
        throw ConfigError(graph.name, fmt::format("tells {} classes apart, the data have {}", out[1], classes));
}

at::Tensor batch_tensor(const Graph& graph, const DataSet& data, std::span<const std::int64_t> indices,
                        const AugmentConfig* augment, std::uint64_t seed, std::uint64_t draw)
{
    std::vector<std::int64_t> shape = graph.tensor(graph.inputs[0]).shape.values();
    shape[0] = static_cast<std::int64_t>(indices.size());
    const std::vector<float> values = gather(data, indices, augment, seed, draw);
    at::Tensor x = at::empty(shape, at::kFloat);
    std::memcpy(x.data_ptr<float>(), values.data(), values.size() * sizeof(float));
    return x;
}

at::Tensor labels_tensor(const DataSet& data, std::span<const std::int64_t> indices)
{
    at::Tensor y = at::empty({static_cast<std::int64_t>(indices.size())}, at::kLong);
    std::transform(indices.begin(), indices.end(), y.data_ptr<std::int64_t>(),
                   [&](std::int64_t i) { return std::int64_t{data.labels[static_cast<std::size_t>(i)]}; });
    return y;
}

double accuracy(const TorchNetwork& network, const DataSet& data, std::span<const std::int64_t> indices,
                Parameters& parameters, const Pass& pass)
{
    const at::NoGradGuard no_gradients;
    std::int64_t right = 0;
    constexpr std::size_t batch = 100;
    for (std::size_t first = 0; first < indices.size(); first += batch) {
        const auto some = indices.subspan(first, std::min(batch, indices.size() - first));
        const at::Tensor x = batch_tensor(network.graph(), data, some, nullptr, 0, 0);
        right += network.logits(x, parameters, pass).argmax(1).eq(labels_tensor(data, some)).sum().item<std::int64_t>();
    }
    return indices.empty() ? std::nan("") : static_cast<double>(right) / static_cast<double>(indices.size());
}

std::map<std::string, at::Tensor> calibrated_ranges(const Graph& graph, const TrainingData& data,
                                                    const StageConfig& stage)
{
    std::vector<std::vector<Value>> samples;
    const auto count = std::min(static_cast<std::size_t>(stage.calibration_items), data.training.size());
    const Shape& in = graph.tensor(graph.inputs[0]).shape;
    const auto batch = static_cast<std::size_t>(in[0]);
    for (std::size_t i = 0; i + batch <= std::max(count, batch) && i + batch <= data.training.size(); i += batch) {
        const std::vector<float> values = gather(data.train, std::span(data.training).subspan(i, batch), nullptr, 0, 0);
        TensorData numbers(ElementType::float32, in.elements());
        std::copy(values.begin(), values.end(), numbers.as<float>().begin());
        samples.push_back({Value(in, std::move(numbers))});
    }
    const ValueRanges ranges = calibrate(graph, samples, stage.percentile);
    std::map<std::string, at::Tensor> named;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        const TensorId id(i);
        at::Tensor pair = at::empty({2}, at::kFloat);
        pair.data_ptr<float>()[0] = static_cast<float>(ranges[id].low);
        pair.data_ptr<float>()[1] = static_cast<float>(ranges[id].high);
        named.emplace(graph.tensor(id).name, pair);
    }
    return named;
}

QuantisationPlan plan_of(const Graph& graph, const StageConfig& stage, TrainingState& state)
{
    ValueRanges ranges(graph.tensors().size());
    for (const auto& [name, pair] : state.ranges)
        if (const TensorId id = graph.find_tensor(name); id.valid())
            ranges[id] = {pair[0].item<double>(), pair[1].item<double>()};
    const QuantiseOptions options{static_cast<int>(stage.weight_bits), static_cast<int>(stage.activation_bits), true};
    return plan_quantisation(graph, ranges, options, state.parameters);
}

} // namespace imc::training
