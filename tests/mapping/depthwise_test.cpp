#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/chip/support.h"
#include "tests/cli/process.h"

namespace
{

using namespace imc;

struct Times {
    double interval = 0.0;
    double latency = 0.0;
};

/// A depthwise layer between two others, simulated.
Times simulated(const test::TemporaryDirectory& files, const std::string& chip, const std::string& where)
{
    const test::Ended ended = test::imcsim(
        {"run", test::shipped_experiment("lenet5_" + chip).string(), "--quiet", "--out", (files / "out").string(),
         "--set", "network=" + (files / "net.json").string(), "--set", "mapping.depthwise=" + where});
    EXPECT_EQ(ended.status, 0) << ended.err;
    const auto result = nlohmann::json::parse(read_file(files / "out/result.json"));
    return {result["interval_cycles"].get<double>(), result["cycles"].get<double>()};
}

struct Case {
    const char* chip;
    int channels, kernel, stride, size;
    bool vector_unit; ///< is the faster
};

class DepthwiseLayer : public testing::TestWithParam<Case>
{
};

TEST_P(DepthwiseLayer, RunsWhereItIsFaster)
{
    const Case c = GetParam();
    const test::TemporaryDirectory files;
    std::ofstream(files / "net.json") << fmt::format(
        R"({{"schema": "imcsim.network/1", "name": "depthwise", "input": {{"name": "x", "shape": [1, 3, {0}, {0}]}},
            "layers": [{{"op": "conv", "filters": {1}, "kernel": [1]}},
                       {{"op": "conv", "depthwise": true, "kernel": [{2}], "pad": [{3}], "stride": [{4}],
                         "activation": "relu"}},
                       {{"op": "conv", "filters": 16, "kernel": [1]}}]}})",
        c.size, c.channels, c.kernel, c.kernel / 2, c.stride);
    const Times arrays = simulated(files, c.chip, "arrays"), vector = simulated(files, c.chip, "vector_unit"),
                chosen = simulated(files, c.chip, "fastest");
    EXPECT_LE(chosen.interval, std::min(arrays.interval, vector.interval));
    if (arrays.interval == vector.interval) {
        EXPECT_LE(chosen.latency, 1.002 * std::min(arrays.latency, vector.latency));
    } else {
        EXPECT_EQ(vector.interval < arrays.interval, c.vector_unit);
    }
}

TEST(DepthwiseMultiplier, AllResultsAreComputedAndLeave)
{
    const test::TemporaryDirectory files;
    std::ofstream(files / "net.json") <<
        R"({"schema": "imcsim.network/1", "name": "multiplier", "input": {"name": "x", "shape": [1, 3, 8, 8]},
            "layers": [{"op": "conv", "filters": 64, "kernel": [1]},
                       {"op": "conv", "filters": 256, "groups": 64, "kernel": [3], "pad": [1]},
                       {"op": "conv", "filters": 16, "kernel": [3], "pad": [1]}]})";
    for (const char* chip : {"rram", "pcm", "sram"})
        for (const char* replication : {"none", "balanced"}) {
            const run::Mapped mapped = run::map_experiment(
                test::load_experiment(test::shipped_experiment(std::string("lenet5_") + chip),
                                      {"network=" + (files / "net.json").string(), "mapping.depthwise=vector_unit",
                                       std::string("mapping.replication=") + replication, "mapping.tile_budget=12"}));
            for (std::size_t s = 0; s < mapped.mapping.pipeline.stages.size(); ++s) {
                const mapping::Stage& stage = mapped.mapping.pipeline.stages[mapping::StageId(s)];
                std::int64_t results = 0;
                for (const std::size_t p : mapped.mapping.layers[s].parts)
                    results += mapped.mapping.parts[p].channels() * mapped.mapping.parts[p].share.tokens();
                EXPECT_EQ(results, stage.channels * stage.positions()) << chip << " " << stage.name;
            }
        }
}

INSTANTIATE_TEST_SUITE_P(Cases, DepthwiseLayer,
                         testing::Values(Case{"rram", 32, 3, 1, 12, true}, Case{"rram", 960, 3, 2, 16, true},
                                         Case{"sram", 96, 3, 1, 12, true}, Case{"sram", 96, 7, 1, 14, false},
                                         Case{"sram", 960, 3, 1, 12, false}, Case{"sram", 960, 3, 2, 16, true},
                                         Case{"sram", 256, 5, 1, 10, false}, Case{"pcm", 96, 5, 1, 10, true},
                                         Case{"pcm", 256, 7, 1, 14, true}));

} // namespace
