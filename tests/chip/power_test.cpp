#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/chip/run_file.h"
#include "tests/chip/support.h"
#include "tests/cli/process.h"

// Power gating on the worked case (worked_case_test.cpp): one firing alone takes 913 cycles. The pins are slowed down
// so that an input of 1024 bits takes 1600 cycles and a result of 256 bits, over the same port, 400: the second input
// comes 1600 cycles after the first, each other one 2000 after the one before. In between the macro rests.

namespace
{

using namespace imc;
using nlohmann::json;
using test::TemporaryDirectory;
using ::testing::HasSubstr;

constexpr std::int64_t positions = 784, second = 1600, every = 2000, firing = 913, wake = 50;
/// From the last result to the output: one flit over the network, one access and the pins' time of 256 bits.
constexpr std::int64_t way_out = 1 + 7 + 1 + (400 - 1 + 4);

std::vector<std::string> gated(const std::string& section, std::int64_t after_ns, std::int64_t wake_ns,
                               double fraction = 0.0)
{
    const std::string at = "chip.tiles[0]." + section;
    return {at + ".gate_after_ns=" + std::to_string(after_ns), at + ".wake_ns=" + std::to_string(wake_ns),
            at + ".gated_leakage_fraction=" + std::to_string(fraction)};
}

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// What `imcsim run` writes.
json run(const std::filesystem::path& out, const std::filesystem::path& file, const std::vector<std::string>& changes,
         const std::string& trace = "")
{
    return test::run_file(out, file, changes, trace);
}

json run(const std::filesystem::path& file, const std::vector<std::string>& changes)
{
    const TemporaryDirectory out;
    return run(out.path(), file, changes);
}

json shipped(const std::string& name, const std::vector<std::string>& changes)
{
    return run(test::shipped_experiment(name), changes);
}

json slow_pins(const std::vector<std::string>& changes)
{
    return run(test::chip_data("worked_experiment.json"),
               changes + std::vector<std::string>{"chip.io.bandwidth_gb_per_s=0.08", "run.steady_state=false"});
}

const std::vector<std::string> both = gated("core.macro_gating", 200, 50, 0.1) + gated("gating", 300, 30, 0.2);

TEST(PowerGating, TimesInEachStateAreTheOnesOnPaper)
{
    const json base = slow_pins({}), r = slow_pins(gated("core.macro_gating", 200, wake));
    EXPECT_EQ(r["cycles"], base["cycles"].get<std::int64_t>() + wake); // of the last firing: the pins set the pace
    const json& macros = r["power_states"]["macros"];
    ASSERT_EQ(macros["instances"], 1);
    EXPECT_EQ(macros["wakes"], positions);
    EXPECT_EQ(r["layers"][0]["wakes"], positions);
    EXPECT_EQ(macros["active_cycles"], positions * (wake + firing));
    const std::int64_t last_idle = std::min<std::int64_t>(200, way_out);
    EXPECT_EQ(macros["idle_cycles"], (positions - 1) * 200 + last_idle);
    const std::int64_t start = r["layers"][0]["start_cycle"];
    EXPECT_EQ(macros["gated_cycles"], start + second + (positions - 2) * every -
                                          (positions - 1) * (wake + firing + 200) + (way_out - last_idle));
    EXPECT_EQ(r["power_states"]["always_on"]["active_cycles"], r["cycles"]);
}

TEST(PowerGating, ARestOneCycleShorterThanTheLimitIsNotGated)
{
    constexpr std::int64_t rest = every - firing;
    const auto wakes = [](std::int64_t after) -> std::int64_t {
        return slow_pins(gated("core.macro_gating", after, 0))["power_states"]["macros"]["wakes"];
    };
    EXPECT_EQ(wakes(rest), positions - 1); // the rest before the second input is shorter
    EXPECT_EQ(wakes(rest + 1), 1);
}

TEST(PowerGating, LeakageIsPowerTimesTimeInEachState)
{
    const std::vector<std::string> leaks = {"chip.tiles[0].core.bus.cost.leakage_mw=2",
                                            "chip.tiles[0].buffer.cost.leakage_mw=1",
                                            "chip.tiles[0].gating.idle_leakage_fraction=0.5"};
    const json r = slow_pins(leaks + gated("gating", 200, wake, 0.25));
    const json& tiles = r["power_states"]["tile_logic"];
    const auto cycles = [&](const char* state) { return tiles[std::string(state) + "_cycles"].get<double>(); };
    const double instances = tiles["instances"];
    ASSERT_GT(cycles("gated"), 0.0);
    // 2 mW of each core's bus and a clock of 1 GHz: 2e-12 J a cycle.
    const double expected = 2e-12 * (cycles("active") + 0.5 * cycles("idle") + 0.25 * cycles("gated")) / instances;
    EXPECT_NEAR(r["energy_by_component_j"]["core_bus"]["leakage"].get<double>() / expected, 1.0, 1e-12);
    const double always = 1e-12 * r["cycles"].get<double>();
    EXPECT_NEAR(r["energy_by_component_j"]["buffer"]["leakage"].get<double>() / always, 1.0, 1e-12);
}

TEST(PowerGating, ALatencyGrowsByTheWakesOnItsWay)
{
    // Two layers in a row, neither of which rests long enough to be gated once it has begun.
    const std::vector<std::string> network = {"network=" + test::chip_data("two_layers.json").string()};
    const auto cycles = [&](const std::vector<std::string>& changes) -> std::int64_t {
        return run(test::chip_data("worked_experiment.json"), network + changes)["cycles"];
    };
    const std::int64_t base = cycles({});
    EXPECT_EQ(cycles(gated("core.macro_gating", 100000, 70)), base + 2 * 70);
    EXPECT_EQ(cycles(gated("gating", 100000, 70)), base + 2 * 70);
    // Macros and tile wake at the same time.
    EXPECT_EQ(cycles(gated("gating", 100000, 70) + gated("core.macro_gating", 100000, 90)), base + 2 * 90);
}

TEST(PowerGating, ThatSavesNothingAndTakesNoTimeChangesNothing)
{
    const auto free = gated("core.macro_gating", 100, 0, 1.0) + gated("gating", 100, 0, 1.0);
    for (const char* name : {"lenet5_sram", "resnet20_rram"}) {
        const json a = shipped(name, {}), b = shipped(name, free);
        for (const char* key : {"cycles", "energy_j", "interval_cycles", "completion_cycles", "energy_by_component_j"})
            EXPECT_EQ(a[key], b[key]) << name << " " << key;
        EXPECT_NEAR(b["energy_per_inference_steady_j"].get<double>() / a["energy_per_inference_steady_j"].get<double>(),
                    1.0, 1e-9);
        EXPECT_NEAR(b["peak_power_w"].get<double>() / a["peak_power_w"].get<double>(), 1.0, 1e-9);
        EXPECT_GT(b["power_states"]["macros"]["wakes"], 0);
    }
}

TEST(PowerGating, SavesLeakageAndCostsTime)
{
    for (const char* name : {"lenet5_sram", "resnet20_sram"}) {
        const json a = shipped(name, {}), b = shipped(name, both);
        const auto leaked = [](const json& r) {
            double sum = 0.0;
            for (const auto& [state, energy] : r["power_states"]["macros"]["leakage_j"].items())
                sum += energy.get<double>();
            return sum;
        };
        EXPECT_LT(leaked(b), 0.6 * leaked(a)) << name;
        EXPECT_GT(b["cycles"], a["cycles"]) << name;
        for (const auto& [kind, s] : b["power_states"].items())
            EXPECT_EQ(s["active_cycles"].get<std::int64_t>() + s["idle_cycles"].get<std::int64_t>() +
                          s["gated_cycles"].get<std::int64_t>(),
                      s["instances"].get<std::int64_t>() * b["cycles"].get<std::int64_t>())
                << name << " " << kind;
    }
}

/// The buffers of this chip leak most and are not gated: what long wakes add to the time they leak outweighs what the
/// macros save.
TEST(PowerGating, PaysWithShortWakesAndNotWithLongOnes)
{
    const json never = shipped("lenet5_sram", {});
    const json quick = shipped("lenet5_sram", gated("core.macro_gating", 100, 2, 0.1));
    const json slow = shipped("lenet5_sram", both);
    EXPECT_LT(quick["energy_j"], never["energy_j"]);
    EXPECT_LT(quick["energy_per_inference_steady_j"], never["energy_per_inference_steady_j"]);
    EXPECT_GT(slow["energy_j"], never["energy_j"]);
}

TEST(PowerGating, IsTheSameInBothDetails)
{
    for (const char* name : {"lenet5_rram", "lenet5_sram", "lenet5_pcm"}) {
        json schedule = shipped(name, both),
             circuit = shipped(name, both + std::vector<std::string>{"run.detail=circuit"});
        schedule.erase("detail");
        circuit.erase("detail");
        EXPECT_EQ(schedule, circuit) << name;
    }
}

TEST(PowerGating, KeepsTheOrderOfTheRungs)
{
    for (const char* name : {"lenet5_rram", "resnet20_sram"}) {
        std::int64_t below = 1;
        for (const char* rung : {"compute", "bound", "dependency", "flit"}) {
            const std::int64_t cycles =
                shipped(name, both + std::vector<std::string>{"run.steady_state=false",
                                                              std::string("run.fidelity=") + rung})["cycles"];
            EXPECT_GE(cycles, below) << name << " " << rung;
            below = cycles;
        }
    }
}

TEST(PowerGating, TracesAndStoredCountsGiveTheSameEnergy)
{
    const TemporaryDirectory out;
    const auto wakes = std::vector<std::string>{"chip.tiles[0].core.macro_gating.wake_energy_pj=5",
                                                "chip.tiles[0].gating.wake_energy_pj=2"};
    const json r = run(out.path(), test::shipped_experiment("lenet5_sram"), both + wakes, "csv");
    const json untraced = shipped("lenet5_sram", both + wakes);
    EXPECT_EQ(r, untraced);
    std::ifstream file(out / "trace.csv");
    std::string line;
    std::getline(file, line);
    Energy::Wide sum = 0; // columns are joules with 21 decimals
    while (std::getline(file, line)) {
        std::string digits;
        for (const char c : line.substr(line.rfind(',') + 1))
            if (c != '.')
                digits += c;
        sum += std::stoll(digits);
    }
    EXPECT_EQ(Energy::from_quanta(sum).joules(), r["energy_j"].get<double>());
    double layers = r["energy_unattributed_j"];
    for (const json& layer : r["layers"])
        layers += layer["energy_j"].get<double>();
    EXPECT_NEAR(layers / r["energy_j"].get<double>(), 1.0, 1e-12);

    const test::Ended again = test::imcsim({"recost", "--json", "--costs", "own", out.path().string()});
    ASSERT_EQ(again.status, 0) << again.err;
    const json under = json::parse(again.out)["runs"][0]["under"][0];
    EXPECT_EQ(under["energy_j"], r["energy_j"]);
    EXPECT_NEAR(under["energy_per_inference_steady_j"].get<double>() / r["energy_per_inference_steady_j"].get<double>(),
                1.0, 1e-12);
}

TEST(PowerGating, GatedMustNotLeakMoreThanIdle)
{
    const test::Ended ended = test::imcsim({"run", test::shipped_experiment("lenet5_rram").string(), "--set",
                                            "chip.tiles[0].gating.gate_after_ns=10", "--set",
                                            "chip.tiles[0].gating.idle_leakage_fraction=0.2", "--set",
                                            "chip.tiles[0].gating.gated_leakage_fraction=0.3"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr("chip.tiles[0].gating.gated_leakage_fraction"));
    EXPECT_THAT(ended.err, HasSubstr("0.3"));
    const test::Ended negative = test::imcsim({"run", test::shipped_experiment("lenet5_rram").string(), "--set",
                                               "chip.tiles[0].core.macro_gating.wake_ns=-1"});
    EXPECT_EQ(negative.status, 2);
    EXPECT_THAT(negative.err, HasSubstr("chip.tiles[0].core.macro_gating.wake_ns"));
}

} // namespace
