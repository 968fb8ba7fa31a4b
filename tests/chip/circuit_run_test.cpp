// In circuit detail the modules carry the values of the first image; what leaves them is what the bulk path computed.

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "tests/chip/run_file.h"
#include "tests/chip/support.h"

namespace
{

using namespace imc;
using nlohmann::json;
using test::TemporaryDirectory;
using testing::AllOf;
using testing::HasSubstr;

const std::string macro = "chip.tiles[0].core.macro";

struct CarriedCase {
    const char* name;
    const char* experiment;
    std::vector<std::string> changes;
};

std::vector<std::string> in_circuit_detail(std::vector<std::string> changes)
{
    for (const char* change : {"run.detail=circuit", "run.steady_state=false", "accuracy.images=1",
                               "accuracy.instances=1", "accuracy.snr_vectors=0"})
        changes.push_back(change);
    return changes;
}

class Carried : public testing::TestWithParam<CarriedCase>
{
};

TEST_P(Carried, ValuesOfEveryOperationAreThoseOfTheBulkPath)
{
    const TemporaryDirectory out;
    const json result = test::run_file(out.path(), test::shipped_experiment(GetParam().experiment),
                                       in_circuit_detail(GetParam().changes));
    const json& check = result.at("circuit_values");
    EXPECT_EQ(check.at("mismatches"), 0);
    EXPECT_EQ(check.at("operations"), result.at("counts").at("macro_operations"));
    EXPECT_EQ(check.at("arrays"), result.at("chip").at("arrays_used"));
    EXPECT_GT(check.at("outputs"), 6000);
}

const CarriedCase cases[] = {
    {"Digital", "lenet5_digits_sram", {}},
    {"DigitalReplicated", "lenet5_digits_sram", {"mapping.replication=balanced", "mapping.tile_budget=12"}},
    {"Rram", "lenet5_digits_rram", {}},
    {"RramReplicated", "lenet5_digits_rram", {"mapping.replication=balanced", "mapping.tile_budget=12"}},
    {"RramWithWires", "lenet5_digits_rram", {macro + ".wires={}"}},
    {"RramWithGateDrive", "lenet5_digits_rram", {macro + R"(.wires={"drive": "gate"})"}},
    {"RramWithSignedInputs", "lenet5_digits_rram", {"precision.signed_activations=true"}},
    {"RramCalibratedPerColumnWithAllErrorsOfConverters",
     "lenet5_digits_rram",
     {macro + ".adc.range=percentile", macro + ".adc.range_per_column=true", macro + ".adc.inl_lsb=0.7",
      macro + ".adc.dnl_lsb=0.3", macro + ".adc.enob=6.5", macro + ".adc.offset_lsb=0.3",
      macro + ".adc.gain_error=0.01"}},
    {"RramWithIdealConverters", "lenet5_digits_rram", {macro + ".adc.range=ideal", macro + ".active_rows=20"}},
    {"RramWithConvertersSwitchedOff", "lenet5_digits_rram", {R"(accuracy.effects={"converters": false})"}},
    {"RramWithUnitColumn",
     "lenet5_digits_rram",
     {macro + ".encoding=biased", macro + ".offset=unit_column", macro + ".active_rows=20"}},
    {"RramCompensatedByColumn", "lenet5_digits_rram", {"accuracy.compensation=column"}},
    {"RramPairs", "lenet5_digits_rram", {macro + ".encoding=differential_analog"}},
    {"RramWithGateDriveAndNoise",
     "lenet5_digits_rram",
     {macro + R"(.wires={"drive": "gate"})",
      "accuracy.device=" +
          (std::filesystem::path(IMC_SOURCE_DIR) / "configs/devices/rram_wan_crosssim.json").string()}},
    {"PulseCountWithMergedColumns", "lenet5_digits_pulse_count", {}},
    {"Pcm", "lenet5_digits_pcm", {}},
    {"PcmReplicated", "lenet5_digits_pcm", {"mapping.replication=balanced", "mapping.tile_budget=12"}},
    {"PcmReadLater", "lenet5_digits_pcm", {"accuracy.times_s=[3e7]", macro + ".adc.range=percentile"}},
};
INSTANTIATE_TEST_SUITE_P(, Carried, testing::ValuesIn(cases),
                         [](const testing::TestParamInfo<CarriedCase>& c) { return c.param.name; });

TEST(CircuitRun, CarriesPackedDepthwiseLayersAndPartialSumsOfSeveralTiles)
{
    for (const char* chip : {"../../tests/chip/data/small_chip.json", "../chips/digital_sram.json"}) {
        const TemporaryDirectory out;
        const json result = test::run_file(
            out.path(), test::shipped_experiment("lenet5_digits_sram"),
            in_circuit_detail(
                {"network=" + test::chip_data("packed_depthwise.json").string(),
                 std::string("chip=") + (std::filesystem::path(IMC_SOURCE_DIR) / "configs/experiments" / chip).string(),
                 "accuracy.weights=random", "mapping.depthwise=arrays"}));
        EXPECT_EQ(result.at("circuit_values").at("mismatches"), 0) << chip;
        EXPECT_EQ(result.at("circuit_values").at("operations"), result.at("counts").at("macro_operations")) << chip;
    }
}

TEST(CircuitRun, WithValuesTakesTheTimeAndEnergyOfTheSchedule)
{
    const TemporaryDirectory a, b;
    const auto file = test::shipped_experiment("lenet5_digits_rram");
    const std::vector<std::string> few{"accuracy.images=1", "accuracy.instances=1", "accuracy.snr_vectors=4"};
    json schedule = test::run_file(a.path(), file, few);
    std::vector<std::string> changes = few;
    changes.push_back("run.detail=circuit");
    json circuit = test::run_file(b.path(), file, changes);
    EXPECT_FALSE(schedule.contains("circuit_values"));
    EXPECT_EQ(circuit.erase("circuit_values"), 1u);
    schedule.erase("detail");
    circuit.erase("detail");
    EXPECT_EQ(schedule, circuit);
}

/// The end of a run whose circuits are not those that the values were computed for.
std::string end_with(const std::string& experiment, const std::function<void(MacroConfig&)>& change)
{
    run::Experiment e = test::load_experiment(test::shipped_experiment(experiment), in_circuit_detail({}));
    run::Mapped mapped = run::map_experiment(e);
    run::compute_values(e, mapped);
    change(e.chip.tiles[0].core.macro);
    try {
        run::simulate(e, mapped, nullptr);
    } catch (const RunError& error) {
        return error.what();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "";
}

TEST(CircuitRun, EndsWhereAConverterOfTheCircuitsHasOneBitLess)
{
    EXPECT_THAT(
        end_with("lenet5_digits_rram", [](MacroConfig& m) { m.adc.bits -= 1; }),
        AllOf(HasSubstr("layer 'fc1'"), HasSubstr("array of rows"), HasSubstr("column"), HasSubstr("instead of")));
}

TEST(CircuitRun, EndsWhereAConverterOfTheCircuitsHasAnOffset)
{
    EXPECT_THAT(end_with("lenet5_digits_pcm", [](MacroConfig& m) { m.adc.offset_lsb += 0.25; }),
                HasSubstr("bulk path"));
}

} // namespace
