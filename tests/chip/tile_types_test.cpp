#include <array>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/chip/run_file.h"
#include "tests/chip/support.h"
#include "tests/cli/process.h"

// Chips of several tile types, as `imcsim run` simulates them.

namespace
{

using namespace imc;
using nlohmann::json;
using test::TemporaryDirectory;
using ::testing::HasSubstr;
using Changes = std::vector<std::string>;

json run(const std::string& experiment, const Changes& changes)
{
    const TemporaryDirectory out;
    return test::run_file(out.path(), test::shipped_experiment(experiment), changes);
}

std::string tile_file(const std::string& name)
{
    return (std::filesystem::path(IMC_SOURCE_DIR) / "configs/tiles" / (name + ".json")).string();
}

/// The chip's tiles are of two types that differ in name alone, and the layers are on one or the other.
Changes twins(const std::string& tile, const std::string& name)
{
    return {"chip.tiles=[\"" + tile_file(tile) + "\",\"" + tile_file(tile) + "\"]", "chip.tiles[1].name=twin",
            R"(mapping.tile_of=[{"kind":"last","tile":"twin"},{"layers":"*1*","tile":"twin"},{"tile":")" + name +
                R"("}])"};
}

class Twins : public testing::TestWithParam<std::array<const char*, 3>>
{
};

TEST_P(Twins, GiveWhatOneTypeGives)
{
    const auto [experiment, tile, name] = GetParam();
    const json one = run(experiment, {}), two = run(experiment, twins(tile, name));
    for (const auto& type : two["chip"]["tile_types"])
        EXPECT_GT(type["tiles_used"], 0) << type["name"];
    for (const char* figure :
         {"cycles", "interval_cycles", "completion_cycles", "counts", "noc", "write", "lower_bounds_cycles"})
        EXPECT_EQ(two[figure], one[figure]) << figure;
    for (const char* figure : {"tiles", "cores", "arrays", "arrays_used", "array_utilization"})
        EXPECT_EQ(two["chip"][figure], one["chip"][figure]) << figure;
    // Leakage is rounded down per block: a type more is up to so many quanta of 1e-21 J less.
    const double blocks = 20 * 1e-21;
    EXPECT_NEAR(two["energy_j"].get<double>(), one["energy_j"].get<double>(), blocks);
    for (const char* figure : {"energy_per_inference_steady_j", "leakage_power_w", "nameplate_power_w", "peak_tops"})
        EXPECT_DOUBLE_EQ(two[figure].get<double>(), one[figure].get<double>()) << figure;
    EXPECT_DOUBLE_EQ(two["chip"]["area_mm2"].get<double>(), one["chip"]["area_mm2"].get<double>());
    for (std::size_t l = 0; l < one["layers"].size(); ++l) {
        json layer = two["layers"][l];
        EXPECT_EQ(layer["tile_types"].size(), 1u);
        layer.erase("tile_types");
        EXPECT_EQ(layer, one["layers"][l]);
    }
}

INSTANTIATE_TEST_SUITE_P(Shipped, Twins,
                         testing::Values(std::array{"lenet5_rram", "isaac_rram", "isaac"},
                                         std::array{"resnet20_rram", "isaac_rram", "isaac"},
                                         std::array{"vgg8_sram", "digital_sram", "digital"}));

double sum(const json& list, const char* key)
{
    double total = 0.0;
    for (const auto& item : list)
        total += item.at(key).get<double>();
    return total;
}

TEST(Hybrid, HasTheEnergyAndAreaOfItsTilesLayersAndComponents)
{
    const json r = run("resnet20_hybrid", {"run.steady_state=false"});
    double components = 0.0, of_chip = 0.0;
    for (const auto& [name, parts] : r["energy_by_component_j"].items())
        for (const auto& part : parts) {
            components += part.get<double>();
            of_chip += name == "noc" || name == "global_buffer" || name == "io" ? part.get<double>() : 0.0;
        }
    const double energy = r["energy_j"];
    EXPECT_NEAR(components, energy, 1e-12 * energy);
    EXPECT_NEAR(sum(r["layers"], "energy_j") + r["energy_unattributed_j"].get<double>(), energy, 1e-12 * energy);
    const json& types = r["chip"]["tile_types"];
    EXPECT_NEAR(sum(types, "energy_j") + of_chip, energy, 1e-12 * energy);
    double area = 0.0, outside = 0.0;
    for (const auto& [name, part] : r["area_by_component_mm2"].items()) {
        area += part.get<double>();
        outside += name == "noc" || name == "global_buffer" || name == "io" ? part.get<double>() : 0.0;
    }
    EXPECT_NEAR(area, r["chip"]["area_mm2"].get<double>(), 1e-9);
    EXPECT_NEAR(sum(types, "area_mm2") + outside, area, 1e-9);
    for (const char* count : {"tiles", "cores", "arrays", "arrays_used"})
        EXPECT_EQ(sum(types, count), r["chip"][count].get<double>()) << count;
    EXPECT_NEAR(sum(types, "peak_tops"), r["peak_tops"].get<double>(), 1e-9);

    // Each type books its own events: converters in the one, adder trees in the other.
    for (const auto& line : r["ledger"])
        if (line["component"] == "adc" || line["component"] == "adder_tree") {
            EXPECT_EQ(line["tile_type"], line["component"] == "adc" ? "isaac" : "digital");
        }
}

TEST(Hybrid, ClimbsTheLadder)
{
    std::int64_t before = 0;
    for (const char* rung : {"compute", "bound", "dependency", "flit"}) {
        const std::int64_t cycles =
            run("resnet20_hybrid", {"run.steady_state=false", std::string("run.fidelity=") + rung})["cycles"];
        EXPECT_LE(before, cycles) << rung;
        before = cycles;
    }
}

TEST(Hybrid, TakesTheSameCyclesAndEnergyWithMacrosAsModules)
{
    const Changes changes = {"run.steady_state=false"};
    const json schedule = run("lenet5_hybrid", changes),
               circuit = run("lenet5_hybrid", {"run.steady_state=false", "run.detail=circuit"});
    for (const auto& type : schedule["chip"]["tile_types"])
        EXPECT_GT(type["arrays_used"], 0) << type["name"];
    for (const char* figure : {"cycles", "energy_j", "energy_by_component_j", "counts", "ledger", "layers"})
        EXPECT_EQ(circuit[figure], schedule[figure]) << figure;
}

TEST(Hybrid, CarriesTheSameValuesThroughTheModulesOfBothTypes)
{
    const json r =
        run("lenet5_digits_rram",
            {"chip=" + (std::filesystem::path(IMC_SOURCE_DIR) / "configs/chips/hybrid_rram_sram.json").string(),
             "accuracy.images=2", "accuracy.instances=1", "run.detail=circuit", "run.steady_state=false"});
    EXPECT_EQ(r["circuit_values"]["mismatches"], 0);
    EXPECT_EQ(r["circuit_values"]["arrays"], r["chip"]["arrays_used"]);
    EXPECT_GT(r["circuit_values"]["outputs"], 0);
}

/// Whatever decides, the pipeline is as fast; what decides is least.
TEST(Hybrid, IsSmallestOrTakesLeastEnergyAsAsked)
{
    std::map<std::string, json> of;
    for (const std::string choice : {"area", "energy", "interval"})
        of[choice] = run("vgg8_hybrid", {"run.fidelity=bound", "mapping.tile_choice=" + choice});
    const auto area = [&](const char* choice) { return of[choice]["chip"]["area_mm2"].get<double>(); };
    const auto energy = [&](const char* choice) {
        double dynamic = 0.0;
        for (const auto& [name, parts] : of[choice]["energy_by_component_j"].items())
            dynamic += parts["dynamic"].get<double>();
        return dynamic;
    };
    EXPECT_LT(area("area"), area("energy"));
    EXPECT_LE(area("area"), area("interval"));
    EXPECT_LT(energy("energy"), energy("area"));
    EXPECT_LE(energy("energy"), energy("interval"));
    for (const char* choice : {"area", "energy"})
        EXPECT_EQ(of[choice]["interval_cycles"], of["interval"]["interval_cycles"]) << choice;
}

TEST(Hybrid, IsAsFastAsSramAndSmaller)
{
    const json rram = run("resnet18_rram", {}), sram = run("resnet18_sram", {}), hybrid = run("resnet18_hybrid", {});
    const auto rate = [](const json& r) { return r["throughput_inferences_per_s"].get<double>(); };
    const auto area = [](const json& r) { return r["chip"]["area_mm2"].get<double>(); };
    EXPECT_GT(rate(hybrid), 10 * rate(rram));
    EXPECT_GT(rate(hybrid), 0.8 * rate(sram));
    EXPECT_LT(area(hybrid), 0.5 * area(sram));
}

/// Gating of one type's macros and tiles; the other's stay on.
TEST(Hybrid, GatesEachTypeByItsOwnRule)
{
    const json r = run("lenet5_hybrid",
                       {"run.steady_state=false", "chip.tiles[1].gating.gate_after_ns=20",
                        "chip.tiles[1].gating.gated_leakage_fraction=0.1", "chip.tiles[1].gating.wake_ns=5",
                        "chip.tiles[1].gating.wake_energy_pj=3", "chip.tiles[1].core.macro_gating.gate_after_ns=20",
                        "chip.tiles[1].core.macro_gating.wake_energy_pj=2"});
    const json& states = r["power_states"];
    EXPECT_EQ(states.size(), 5u);
    for (const auto& [name, s] : states.items()) {
        const auto cycles = [&](const char* key) { return s[key].get<std::int64_t>(); };
        EXPECT_EQ(cycles("active_cycles") + cycles("idle_cycles") + cycles("gated_cycles"),
                  cycles("instances") * r["cycles"].get<std::int64_t>())
            << name;
        const bool gates = name.starts_with("digital.");
        EXPECT_EQ(s["gates"], gates) << name;
        EXPECT_EQ(cycles("gated_cycles") > 0, gates) << name;
        EXPECT_EQ(cycles("wakes") > 0, gates) << name;
    }
    for (const auto& line : r["ledger"])
        if (line["event"] == "tile_wake" || line["event"] == "macro_wake") {
            EXPECT_EQ(line["tile_type"], "digital");
        }
}

/// Digital layers are exact whatever happens in the others; without imperfections all are.
TEST(Hybrid, ComputesValuesOnEachLayersOwnArrays)
{
    const auto on_hybrid = [](const char* experiment, Changes changes) {
        const std::filesystem::path chips = std::filesystem::path(IMC_SOURCE_DIR) / "configs/chips";
        changes.insert(changes.end(), {"chip=" + (chips / "hybrid_rram_sram.json").string(), "accuracy.images=20",
                                       "run.fidelity=bound"});
        return run(experiment, changes);
    };
    const json noisy = on_hybrid("lenet5_digits_rram", {"accuracy.instances=1", "accuracy.times_s=[1]"});
    std::size_t exact = 0, inexact = 0;
    for (const auto& layer : noisy["layers"]) {
        if (!layer.contains("compute_snr_db"))
            continue;
        const bool digital = layer["tile_types"] == json{"digital"};
        EXPECT_EQ(layer["compute_snr_db"].is_null(), digital) << layer["name"];
        (digital ? exact : inexact) += 1;
    }
    EXPECT_GT(exact, 0u);
    EXPECT_GT(inexact, 0u);

    // Without devices, ISAAC's encoding and converters lose nothing either.
    const json ideal = on_hybrid("lenet5_digits_sram", {});
    EXPECT_EQ(ideal["accuracy"]["times"][0]["agreement"], 1.0);
    for (const auto& layer : ideal["layers"])
        if (layer.contains("compute_snr_db")) {
            EXPECT_TRUE(layer["compute_snr_db"].is_null()) << layer["name"];
        }
}

struct Refused {
    const char* name;
    Changes changes;
    int status;
    const char* says;
};

void PrintTo(const Refused& r, std::ostream* stream) { *stream << r.name; }

class Refuses : public testing::TestWithParam<Refused>
{
};

TEST_P(Refuses, WithThePathAndWhatWasExpected)
{
    std::vector<std::string> words = {"map", test::shipped_experiment("lenet5_hybrid").string()};
    for (const std::string& change : GetParam().changes)
        words.insert(words.end(), {"--set", change});
    const test::Ended ended = test::imcsim(words);
    EXPECT_EQ(ended.status, GetParam().status);
    EXPECT_THAT(ended.err, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    TileTypes, Refuses,
    testing::Values(
        Refused{"UnknownType",
                {R"(mapping.tile_of=[{"tile":"digitel"}])"},
                2,
                "mapping.tile_of[0].tile: chip 'RRAM and digital SRAM, 28 nm' has no tiles of type 'digitel', did you "
                "mean 'digital'?; its types are isaac, digital"},
        Refused{"NameTwice", {"chip.tiles[1].name=isaac"}, 2, "tiles[1].name: 'isaac' is the name of tiles[0], too"},
        Refused{"NoName", {"chip.tiles[1].name="}, 2, "tiles[1].name: the types of a chip's tiles need names"},
        Refused{"UnknownLayer",
                {R"(mapping.tile_of=[{"layers":"conv9","tile":"isaac"}])"},
                2,
                "mapping.tile_of[0].layers: no layer that runs on arrays is called 'conv9'"},
        Refused{"CountTooSmall",
                {R"(mapping.tile_of=[{"tile":"digital"}])", "chip.tiles[1].count=2"},
                1,
                "it needs 5 tiles of type 'digital', the chip has 2 (3 more, the largest layer "},
        Refused{"MoreThanTheMesh",
                {"chip.mesh=[2,2]", "chip.tiles[0].count=3", "chip.tiles[1].count=2"},
                2,
                "tiles: list 5 tiles, a mesh of [2, 2] with 1 per router has room for 4"},
        Refused{"TwoOpenCounts", {"chip.mesh=[2,2]"}, 2, "tiles[1].count: must be at least 1"},
        Refused{"PlaceOutside",
                {"chip.mesh=[2,2]", "chip.tiles[0].places=[[0,2]]"},
                2,
                "tiles[0].places[0]: [0, 2] is outside a mesh of [2, 2]"},
        Refused{"PlaceTwice",
                {"chip.mesh=[2,2]", "chip.tiles[0].places=[[0,1],[0,1]]"},
                2,
                "tiles[0].places[1]: [0, 1] is listed more often than a router has tiles (1)"},
        Refused{
            "PlacesWithoutMesh", {"chip.tiles[0].places=[[0,1]]"}, 2, "tiles[0].places: needs a mesh of given size"},
        Refused{"PlacesAndCount",
                {"chip.mesh=[2,2]", "chip.tiles[0].places=[[0,1]]", "chip.tiles[0].count=2"},
                2,
                "tiles[0].count: is 2, but 1 places are listed"}),
    [](const auto& refused) { return std::string(refused.param.name); });

} // namespace
