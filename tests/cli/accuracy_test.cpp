#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/cli/process.h"

using namespace imc::test;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

namespace
{

const fs::path configs = fs::path(IMC_SOURCE_DIR) / "configs";
const std::string macro = "chip.tiles[0].core.macro.";
const std::string device = macro + "cell.device=" + (configs / "devices" / "rram_wan_crosssim.json").string();

class Accuracy : public ::testing::Test
{
protected:
    TemporaryDirectory dir;

    Ended run_lenet(const std::string& chip, const std::string& accuracy, std::vector<std::string> sets = {},
                    const std::string& out = "out")
    {
        std::vector<std::string> words = {"run",
                                          (configs / "experiments" / ("lenet5_" + chip + ".json")).string(),
                                          "--out",
                                          dir / out,
                                          "--quiet",
                                          "--set",
                                          "accuracy=" + accuracy};
        for (const std::string& set : sets)
            words.insert(words.end(), {"--set", set});
        return imcsim(words);
    }
    nlohmann::json result(const std::string& out = "out") const
    {
        return nlohmann::json::parse(imc::read_file(dir / out / "result.json"));
    }
    void expect_refusal(const Ended& ended, const std::string& what)
    {
        EXPECT_EQ(ended.status, 2) << ended.err;
        EXPECT_THAT(ended.err, HasSubstr(what));
        EXPECT_THAT(ended.out, IsEmpty());
        EXPECT_FALSE(fs::exists(dir / "out" / "result.json"));
    }
};

} // namespace

TEST_F(Accuracy, IdealCellsAndEnoughBitsGiveTheGoldenClasses)
{
    for (const std::string chip : {"rram", "sram"}) {
        const Ended ended = run_lenet(chip, R"({"images": 6, "weights": "random"})", {}, chip);
        ASSERT_EQ(ended.status, 0) << ended.err;
        const auto j = result(chip);
        const auto& a = j["accuracy"];
        EXPECT_EQ(a["dataset"], "digits");
        EXPECT_EQ(a["images"], 6);
        EXPECT_EQ(a["agreement"], 1.0);
        EXPECT_EQ(a["top1_mean"], a["golden_top1"]);
        EXPECT_TRUE(a["device"].is_null());
        ASSERT_EQ(j["layers"][0]["op"], "Conv");
        EXPECT_EQ(j["layers"][0]["output_error"], 0.0);
        EXPECT_EQ(j["layers"][0]["clipping_rate"], 0.0);
        EXPECT_TRUE(j["layers"][0]["compute_snr_db"].is_null());
    }
}

TEST_F(Accuracy, DevicesCostSignalToNoiseAndEachPartIsTold)
{
    const std::string options = R"({"images": 4, "weights": "random", "instances": 2, "times_s": [1, 1000]})";
    ASSERT_EQ(run_lenet("rram", options, {device, macro + "wires={}"}).status, 0);
    const auto j = result();
    const auto& a = j["accuracy"];
    EXPECT_EQ(a["instances"], 2);
    ASSERT_EQ(a["times"].size(), 2U);
    EXPECT_EQ(a["times"][1]["time_s"], 1000.0);
    EXPECT_EQ(a["times"][0]["top1"].size(), 2U);
    EXPECT_THAT(a["device"].get<std::string>(), HasSubstr("Wan"));
    for (const auto& layer : j["layers"]) {
        if (layer["arrays"] == 0)
            continue;
        const auto& parts = layer["snr_parts_db"];
        EXPECT_GT(parts["programming"], 0.0) << layer;
        EXPECT_LT(parts["programming"], 40.0) << layer;
        EXPECT_LT(parts["ir_drop"], parts["programming"].get<double>() + 40.0) << layer;
        EXPECT_TRUE(parts["quantisation"].is_null()) << "8 bits are enough: " << layer;
        EXPECT_LT(layer["compute_snr_db"], parts["programming"].get<double>() + 3.0) << layer;
    }
}

TEST_F(Accuracy, SeedsOfDevicesAndOfReadsAreApartAndResultsRepeat)
{
    const auto snr = [&](const std::string& more, const std::string& effects, const std::string& out) {
        const std::string options = R"({"images": 1, "weights": "random", "effects": {)" + effects + "}" + more + "}";
        const std::string pcm = (configs / "devices" / "pcm_hermes_two_device.json").string();
        EXPECT_EQ(run_lenet("pcm", options, {macro + "cell.device=" + pcm, macro + "adc.range=percentile"}, out).status,
                  0);
        return result(out)["layers"][0]["compute_snr_db"].get<double>();
    };
    const std::string writes = R"("read_noise": false)",
                      reads = R"("programming": false, "drift": false, "relaxation": false,
        "stuck_at": false, "mismatch": false, "columns": false)";
    EXPECT_EQ(snr("", writes, "a"), snr(R"(, "read_seed": 5)", writes, "b"));
    EXPECT_NE(snr("", writes, "c"), snr(R"(, "instance_seed": 5)", writes, "d"));
    EXPECT_EQ(snr("", reads, "e"), snr(R"(, "instance_seed": 5)", reads, "f"));
    EXPECT_NE(snr("", reads, "g"), snr(R"(, "read_seed": 5)", reads, "h"));
    EXPECT_EQ(imc::read_file(dir / "a" / "result.json"), imc::read_file(dir / "c" / "result.json"));
}

TEST_F(Accuracy, RefusesWhatItCannotUse)
{
    expect_refusal(run_lenet("rram", R"({"images": 2})"), "has no data");
    expect_refusal(run_lenet("rram", R"({"images": 0})"), "accuracy.images");
    expect_refusal(run_lenet("rram", R"({"dataset": "mnist"})"), "accuracy.dataset");
    expect_refusal(run_lenet("rram", R"({"dataset": "idx"})"), "accuracy.path");
    expect_refusal(run_lenet("rram", R"({"dataset": "idx", "path": "nowhere", "weights": "random"})"), "nowhere");
    expect_refusal(run_lenet("rram", R"({"times_s": [5, 1]})"), "must ascend");
    expect_refusal(run_lenet("rram", R"({"times_s": [-1]})"), "accuracy.times_s");
    expect_refusal(run_lenet("rram", R"({"instances": 0})"), "accuracy.instances");
    expect_refusal(run_lenet("rram", R"({"weights": "random", "mean": [0.1, 0.2]})"), "accuracy.mean");
    expect_refusal(run_lenet("rram", R"({"weights": "random"})", {device, macro + "cell.on_conductance_us=50"}),
                   "on_conductance_us");
    expect_refusal(run_lenet("rram", R"({"weights": "random"})", {macro + "adc.enob=9"}), "adc.enob");
    expect_refusal(run_lenet("rram", R"({"weights": "random"})", {"precision.weight_bits=1"}), "precision.weight_bits");
    expect_refusal(run_lenet("rram", R"({"weights": "random"})", {macro + "input.early_end=true"}), "early_end");
    expect_refusal(run_lenet("rram", R"({"weights": "random"})",
                             {macro + "merged_columns=2", macro + "encoding=differential_digital"}),
                   "merged_columns");
    expect_refusal(run_lenet("pcm", R"({"weights": "random"})", {macro + "adc.bits=1"}), "adc.bits");
    expect_refusal(run_lenet("rram", R"({"weights": "random"})", {macro + "wires={\"wire_ohm\": -1}"}), "wire_ohm");
    expect_refusal(run_lenet("rram", R"({"weights": "random"})", {macro + "wires={\"wire_ohm\": NaN}"}), "NaN");
}

TEST_F(Accuracy, RefusesDataSetsThatAreCutOffOrNotOnes)
{
    const auto idx = [&](const std::string& images, const std::string& labels) {
        fs::create_directories(dir / "data");
        for (const std::string part : {"train", "t10k"}) {
            imc::write_file(dir / ("data/" + part + "-images-idx3-ubyte"), images);
            imc::write_file(dir / ("data/" + part + "-labels-idx1-ubyte"), labels);
        }
        return run_lenet("rram",
                         R"({"dataset": "idx", "images": 1, "calibration_images": 1, "weights": "random", "path": ")" +
                             (dir / "data").string() + "\"}");
    };
    using namespace std::string_literals;
    const std::string pixels(28 * 28, 'x');
    const std::string images = "\0\0\x08\x03\0\0\0\x01\0\0\0\x1c\0\0\0\x1c"s + pixels,
                      labels = "\0\0\x08\x01\0\0\0\x01\x03"s;
    EXPECT_EQ(idx(images, labels).status, 0);
    fs::remove_all(dir / "out");
    expect_refusal(idx(images.substr(0, 500), labels), "images-idx3-ubyte");
    expect_refusal(idx("PNG" + images, labels), "images-idx3-ubyte");
    expect_refusal(idx(images, "\0\0\x08\x01\0\0\0\x01\x0b"s), "label");
    expect_refusal(idx(images, "\0\0\x08\x01\0\0\0\x02\x01"s), "labels-idx1-ubyte");
}

TEST_F(Accuracy, CompensationTakesTimeAndEnergyAndItsMeasurementIsBookedApart)
{
    const auto with = [&](const std::string& kind) {
        const Ended ended = run_lenet(
            "pcm", R"({"images": 1, "weights": "random", "snr_vectors": 0, "compensation": ")" + kind + R"("})",
            {"chip.tiles[0].vector_unit.lanes=1", "chip.tiles[0].vector_unit.multiply_cycles=4"}, kind);
        EXPECT_EQ(ended.status, 0) << ended.err;
        return result(kind);
    };
    const auto none = with("none"), global = with("global"), column = with("column");
    EXPECT_TRUE(none["accuracy"]["compensation"].is_null());
    for (const auto* r : {&global, &column}) {
        const auto& c = (*r)["accuracy"]["compensation"];
        std::int64_t multiplications = -none["counts"].value("vector_unit.multiply", std::int64_t{0});
        double measured = 0.0, spent = 0.0;
        for (const auto& line : (*r)["ledger"]) {
            (line["phase"] == "calibrate" ? measured : spent) +=
                line["count"].get<double>() * line["unit_energy_j"].get<double>();
            EXPECT_FALSE(line["phase"] == "calibrate" && line["layer"].is_null());
            if (line["phase"] == "inference" && line["event"] == "multiply")
                multiplications += line["count"].get<std::int64_t>();
        }
        EXPECT_EQ(multiplications, c["multiplications_per_inference"]);
        EXPECT_GT(measured, 0.0);
        EXPECT_NEAR(measured / c["energy_j"].get<double>(), 1.0, 1e-9);
        EXPECT_GT(c["latency_s"], 0.0);
        EXPECT_GT((*r)["cycles"], none["cycles"]);
        double leaked = 0.0;
        for (const auto& [name, parts] : (*r)["energy_by_component_j"].items())
            leaked += parts["leakage"].get<double>();
        EXPECT_NEAR((spent + leaked) / (*r)["energy_j"].get<double>(), 1.0, 1e-9);

        const Ended priced = imcsim({"recost", "--json", "--costs", "own", dir / (r == &global ? "global" : "column")});
        ASSERT_EQ(priced.status, 0) << priced.err;
        const auto under = nlohmann::json::parse(priced.out)["runs"][0]["under"][0];
        EXPECT_EQ(under["calibrate_energy_j"], c["energy_j"]);
        EXPECT_EQ(under["energy_j"], (*r)["energy_j"]);
    }
    // A factor per array is applied to its results, one per column before columns are added up.
    EXPECT_EQ(global["counts"]["vector_unit.multiply"], column["counts"]["vector_unit.multiply"])
        << "one cell a weight";
}

TEST_F(Accuracy, ImagesSetTheTimeWhereTheMacroEndsReadsEarlyAndOnlyThere)
{
    using namespace std::string_literals;
    fs::create_directories(dir / "data");
    const std::string head = "\0\0\x08\x03\0\0\0\x02\0\0\0\x1c\0\0\0\x1c"s, labels = "\0\0\x08\x01\0\0\0\x02\x01\x02"s;
    for (const std::string part : {"train", "t10k"}) {
        imc::write_file(dir / ("data/" + part + "-images-idx3-ubyte"),
                        head + std::string(784, '\0') + std::string(784, '\xff'));
        imc::write_file(dir / ("data/" + part + "-labels-idx1-ubyte"), labels);
    }
    const auto first_layer = [&](const std::string& chip, int image, const std::vector<std::string>& sets) {
        const std::string out = chip + std::to_string(image) + std::to_string(sets.size());
        const Ended ended = run_lenet(
            chip,
            R"({"dataset": "idx", "calibration_images": 2, "weights": "random", "snr_vectors": 0, "path": ")" +
                (dir / "data").string() + R"(", "images": 1, "first": )" + std::to_string(image) + "}",
            sets, out);
        EXPECT_EQ(ended.status, 0) << ended.err;
        const auto j = result(out);
        EXPECT_EQ(j["activity_source"], "values");
        if (j.contains("activity_trace")) {
            EXPECT_EQ(j["activity_trace"]["operations"], j["counts"]["macro_operations"]);
            EXPECT_EQ(j["activity_trace"]["exact"], true);
        }
        return std::pair(j["layers"][0]["end_cycle"].get<int>(), j["layers"][0]["energy_j"].get<double>());
    };
    const std::vector<std::string> early = {macro + "input.early_end=true"};
    EXPECT_LT(first_layer("pcm", 0, early).first, first_layer("pcm", 1, early).first / 2);
    EXPECT_EQ(first_layer("pcm", 0, {}).first, first_layer("pcm", 1, {}).first);
    EXPECT_EQ(first_layer("rram", 0, {}).first, first_layer("rram", 1, {}).first);
    // As shipped: pulses are counted in one, ISAAC's reads all take as long.
    const auto dark = first_layer("digits_pulse_count", 0, {}), bright = first_layer("digits_pulse_count", 1, {});
    EXPECT_LT(dark.first, 0.8 * bright.first);
    EXPECT_LT(dark.second, bright.second);
    EXPECT_EQ(first_layer("digits_rram", 0, {}).first, first_layer("digits_rram", 1, {}).first);
    EXPECT_LT(first_layer("pcm", 0, {}).second, first_layer("pcm", 1, {}).second) << "cells conduct for nothing";
}

TEST_F(Accuracy, TracedTimesAndEnergiesAreTheSameInBothDetails)
{
    const std::string options = R"({"images": 1, "snr_vectors": 0})";
    const std::vector<std::string> cases[] = {
        {},
        {"chip.tiles[0].core.double_buffered_input=false", macro + "active_rows=20"},
        {"mapping.replication=balanced", "mapping.tile_budget=12"},
    };
    for (const auto& sets : cases) {
        nlohmann::json seen[2];
        for (const std::string detail : {"schedule", "circuit"}) {
            std::vector<std::string> all = sets;
            all.push_back("run.detail=" + detail);
            const Ended ended = run_lenet("digits_pulse_count", options, all, detail);
            ASSERT_EQ(ended.status, 0) << ended.err;
            nlohmann::json j = result(detail);
            for (const char* key : {"detail", "circuit_values", "simulator"})
                j.erase(key);
            seen[detail == "circuit"] = std::move(j);
        }
        EXPECT_GT(seen[0]["activity_trace"]["runs"], 100);
        EXPECT_EQ(seen[0], seen[1]);
    }
}
