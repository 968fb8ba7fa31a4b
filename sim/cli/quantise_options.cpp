#include "sim/cli/quantise_options.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "workloads/execute/batch.h"
#include "workloads/npy.h"
#include "workloads/transform/fuse_qdq.h"

namespace imc::cli
{

void QuantiseSettings::declare(Options& options)
{
    options.value("calibrate", calibrate, "C.npy", "images that a float network's ranges are taken from");
    options.value("weight-bits", weight_bits, "B", "2 to 16, default 8");
    options.value("activation-bits", activation_bits, "B", "2 to 16, default 8");
    options.value("percentile", percentile, "P", "share of the values within the range, default 100: all");
    options.flag("per-tensor", per_tensor, "one weight scale per layer instead of one per output channel");
}

namespace
{

bool is_quantised(const Graph& graph)
{
    return std::any_of(graph.nodes().begin(), graph.nodes().end(), [](const Node& node) {
        const auto* c = node.as<Contraction>();
        const auto* e = node.as<Elementwise>();
        return (c && c->quantised) || (e && e->function == Elementwise::Function::quantize);
    });
}

} // namespace

Graph QuantiseSettings::integer_network(const Graph& graph) const
{
    if (is_quantised(graph))
        return fuse_qdq(graph);
    for (const std::int64_t bits : {weight_bits, activation_bits})
        if (bits < 2 || bits > 16)
            throw ConfigError("imcsim eval", fmt::format("{} bits; 2 to 16 are possible", bits));
    if (!(percentile > 50 && percentile <= 100))
        throw ConfigError("--percentile", fmt::format("must be above 50 and at most 100, got {}", percentile));
    if (calibrate.empty())
        throw ConfigError(graph.name, "is a float network: --calibrate C.npy is needed to quantise it");
    if (graph.inputs.size() != 1)
        throw ConfigError(graph.name,
                          fmt::format("has {} inputs; calibration takes networks with one", graph.inputs.size()));
    std::vector<std::vector<Value>> samples;
    execute_batches(graph, {{"", read_npy(calibrate)}}, [&](std::span<const Value> batch) {
        samples.emplace_back(batch.begin(), batch.end());
        return std::vector<Value>(batch.begin(), batch.end());
    });
    const QuantiseOptions options{static_cast<int>(weight_bits), static_cast<int>(activation_bits), !per_tensor};
    return quantise(graph, imc::calibrate(graph, samples, percentile), options);
}

} // namespace imc::cli
