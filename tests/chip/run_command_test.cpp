#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/energy.h"
#include "sim/base/files.h"
#include "tests/chip/run_file.h"
#include "tests/chip/support.h"
#include "tests/cli/process.h"

namespace
{

using namespace imc;
using nlohmann::json;
using test::TemporaryDirectory;

/// What `imcsim run` writes for an experiment with changes.
json run(const TemporaryDirectory& out, const std::filesystem::path& file, const std::vector<std::string>& changes,
         const std::string& trace = "")
{
    return test::run_file(out.path(), file, changes, trace);
}

json run(const std::filesystem::path& file, const std::vector<std::string>& changes)
{
    const TemporaryDirectory out;
    return run(out, file, changes);
}

json run_shipped(const std::string& name, std::vector<std::string> changes)
{
    changes.push_back("run.steady_state=false");
    return run(test::shipped_experiment(name), changes);
}

/// Joules as an integer number of 1e-21 J.
using Quanta = Energy::Wide;
Quanta quanta(const std::string& text)
{
    Quanta value = 0;
    int digits = -1;
    for (const char c : text) {
        if (c == '.')
            digits = 0;
        else {
            value = value * 10 + (c - '0');
            digits += digits >= 0;
        }
    }
    for (; digits < 21; ++digits)
        value *= 10;
    return value;
}

class Traced : public testing::TestWithParam<const char*>
{
};

TEST_P(Traced, PacketsFedBackToTheNetworkAloneTakeTheSameCycles)
{
    const TemporaryDirectory out;
    const json result = run(out, test::shipped_experiment(GetParam()), {"run.steady_state=false"}, "packets");
    const json recorded = json::parse(read_file(out / "packets.json"));
    const test::Ended alone = test::imcsim({"noc", (out / "packets.json").string()});
    ASSERT_EQ(alone.status, 0) << alone.err;
    ASSERT_EQ(recorded["packets"].size(), result["counts"]["packets"].get<std::size_t>());
    EXPECT_EQ(json::parse(alone.out)["results"], recorded["results"]);
    EXPECT_EQ(test::imcsim({"noc", "--compare", (out / "packets.json").string()}).status, 0);
}

TEST_P(Traced, TheRowsOfTheCsvAddUpToTheEnergyOfTheResult)
{
    const TemporaryDirectory out;
    const json result = run(out, test::shipped_experiment(GetParam()), {"run.steady_state=false"}, "csv");
    std::ifstream file(out / "trace.csv");
    std::string line;
    std::getline(file, line);
    Quanta sum = 0;
    std::map<std::string, Quanta> components;
    while (std::getline(file, line)) {
        const Quanta energy = quanta(line.substr(line.rfind(',') + 1));
        sum += energy;
        std::istringstream fields(line);
        std::string component;
        for (int i = 0; i < 3; ++i)
            std::getline(fields, component, ',');
        components[component] += energy;
    }
    EXPECT_EQ(Energy::from_quanta(sum).joules(), result["energy_j"].get<double>());
    for (const auto& [name, parts] : result["energy_by_component_j"].items()) {
        double total = 0.0;
        for (const auto& part : parts)
            total += part.get<double>();
        EXPECT_DOUBLE_EQ(Energy::from_quanta(components[name]).joules(), total) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Shipped, Traced, testing::Values("lenet5_rram", "vgg8_rram", "lenet5_hybrid"));

TEST(RunCommand, GivesTheSameBytesEveryTime)
{
    const TemporaryDirectory one, two;
    run(one, test::shipped_experiment("lenet5_rram"), {});
    run(two, test::shipped_experiment("lenet5_rram"), {}, "perfetto,csv,packets");
    EXPECT_EQ(read_file(one / "result.json"), read_file(two / "result.json"));
}

TEST(Fidelity, EachRungIsAtLeastTheOneBelow)
{
    for (const char* name : {"lenet5_rram", "vgg8_rram", "mobilenetv2_cifar10_rram", "resnet20_rram"}) {
        std::int64_t below = 1;
        for (const char* rung : {"compute", "bound", "dependency", "flit"}) {
            const auto cycles = run_shipped(name, {std::string("run.fidelity=") + rung})["cycles"].get<std::int64_t>();
            EXPECT_GE(cycles, below) << name << " " << rung;
            below = cycles;
        }
    }
}

/// Windows that leave out the last rows of what they read: the output does not wait for those.
TEST(Fidelity, TheLatencyBoundLeavesOutWhatNoOutputWaitsFor)
{
    const TemporaryDirectory directory;
    std::string layers = R"({"op": "conv", "filters": 32, "kernel": [3], "pad": [1]})";
    for (int i = 0; i < 3; ++i)
        layers += R"(, {"op": "conv", "filters": 32, "kernel": [1], "stride": [2]})";
    write_file(directory / "strides.json",
               R"({"schema": "imcsim.network/1", "input": {"shape": [1, 3, 32, 32]}, "layers": [)" + layers +
                   R"(, {"op": "global_average_pool"}, {"op": "flatten"}, {"op": "dense", "units": 10}]})");
    std::vector<json> results;
    for (const char* rung : {"compute", "bound", "dependency", "flit"}) {
        results.push_back(
            run(test::shipped_experiment("lenet5_rram"),
                {"network=" + (directory / "strides.json").string(), std::string("run.fidelity=") + rung}));
        if (results.size() > 1) {
            EXPECT_GE(results.back()["cycles"], results[results.size() - 2]["cycles"]) << rung;
        }
    }
    // Position (24, 24) of 32 x 32 is the last that the last of 4 x 4 outputs reads through strides 2, 2, 2.
    const double all = results[1]["lower_bounds_cycles"]["tiles"], needed = results[1]["cycles"];
    EXPECT_NEAR(needed / all, (24 * 32 + 25) / 1024.0, 0.005);
    EXPECT_EQ(results[1]["interval_cycles"], all) << "the next inference does wait for them";
}

/// Two 1x1 layers whose arrays take as long as their converters do: 16 and 128 columns at 1.28 GS/s, 8 bits.
json two_layers(std::vector<std::string> changes)
{
    const std::filesystem::path network = test::chip_data("two_layers.json");
    changes.insert(changes.end(), {"network=" + network.string(), "chip.tiles[0].core.macro.read_latency_ns=10"});
    return run(test::chip_data("worked_experiment.json"), changes);
}

TEST(BackPressure, ASlowerConsumerStallsItsProducerByTheDifference)
{
    // An output register of one token or less, so that the first layer meets the second one's pace early.
    const json layers = two_layers({"chip.tiles[0].output_register.bytes=16"})["layers"];
    const auto length = [&](int l) {
        return layers[l]["end_cycle"].get<double>() - layers[l]["start_cycle"].get<double>();
    };
    // 13 and 100 cycles per bit; once the line buffer is full the first layer runs at the second one's pace.
    constexpr double slow = 800, fast = 8 * 13;
    EXPECT_NEAR(length(1), 784 * slow, 100);
    const double stalled = layers[0]["stall_cycles"].get<double>();
    EXPECT_NEAR(stalled, length(0) - 784 * fast, 0.02 * length(0));
    EXPECT_GT(stalled, 0.75 * length(0));
    EXPECT_EQ(layers[1]["stall_cycles"], 0);
}

TEST(BackPressure, NobodyStallsWithInfiniteBuffers)
{
    const json layers = two_layers({"run.fidelity=dependency"})["layers"];
    EXPECT_EQ(layers[0]["stall_cycles"], 0);
    EXPECT_LT(layers[0]["end_cycle"].get<int>() - layers[0]["start_cycle"].get<int>(), 784 * 8 * 13 + 100);
}

std::int64_t time_of_worked_layer(const std::vector<std::string>& changes)
{
    const json result = run(test::chip_data("worked_experiment.json"), changes);
    const json& layer = result["layers"][0];
    return layer["end_cycle"].get<std::int64_t>() - layer["start_cycle"].get<std::int64_t>();
}

TEST(Replication, DividesTheTimeOfALayer)
{
    constexpr std::int64_t fixed = 13; // fetch, shift-add, bus, vector unit: worked_case_test.cpp
    for (const int copies : {1, 2, 4, 7, 14}) {
        const std::int64_t positions = 784 / copies;
        const std::int64_t time = time_of_worked_layer({"mapping.positions_per_copy=" + std::to_string(positions)});
        const std::int64_t ideal = (positions - 1) * 800 + 900 + fixed;
        EXPECT_GE(time, ideal) << copies;
        // The last copy starts when its first input has come: at most a row behind, 20 cycles at the pins each.
        EXPECT_LE(time, ideal + 28 * 20 + 200) << copies;
    }
}

TEST(Replication, DoesNotHelpWhereThePinsLimit)
{
    // 1024 bits at 0.16 GB/s: 800 cycles, as long as a position takes on one copy.
    const std::string pins = "chip.io.bandwidth_gb_per_s=0.16";
    const std::int64_t one = time_of_worked_layer({pins});
    const std::int64_t four = time_of_worked_layer({pins, "mapping.positions_per_copy=196"});
    EXPECT_NEAR(static_cast<double>(four), static_cast<double>(one), 0.01 * static_cast<double>(one));
}

} // namespace
