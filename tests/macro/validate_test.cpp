#include "sim/cli/validate/evaluate.h"

#include <cmath>
#include <fstream>
#include <numeric>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "arch/config/datasheet.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/validate/datasheet.h"
#include "sim/cli/validate/least_squares.h"
#include "sim/cli/validate/present.h"
#include "tests/support/shared.h"

using namespace imc;
using namespace imc::cli;

namespace
{

const std::filesystem::path cases = IMC_SOURCE_DIR "/configs/validation";

CaseResult run(const std::string& name) { return evaluate(config::Document::load(cases / (name + ".json"))); }

/// "" or the names of points outside their tolerance.
std::string failures(const CaseResult& result)
{
    std::string names;
    for (const PointResult& p : result.points)
        if (!p.pass)
            names += p.point.name + " " + name_of(p.point.quantity) + "; ";
    return names;
}

TEST(LeastSquares, FindsParametersOfAModelThatFitsExactly)
{
    // y = a x + b at x = 1, 2, 5 with a = 3e-3, b = 40, started far away.
    const auto residuals = [](const std::vector<double>& p) {
        std::vector<double> r;
        for (const double x : {1.0, 200.0, 50000.0})
            r.push_back(std::log((p[0] * x + p[1]) / (3e-3 * x + 40.0)));
        return r;
    };
    const auto p = fit_positive({1.0, 1.0}, residuals);
    EXPECT_NEAR(p[0], 3e-3, 1e-8);
    EXPECT_NEAR(p[1], 40.0, 1e-4);
}

TEST(LeastSquares, TakesTheGeometricMeanOfContradictoryPoints)
{
    const auto p = fit_positive({1.0}, [](const std::vector<double>& x) {
        return std::vector<double>{std::log(x[0] / 2.0), std::log(x[0] / 8.0)};
    });
    EXPECT_NEAR(p[0], 4.0, 1e-6);
}

TEST(LeastSquares, RefusesAStartThatIsNotPositive)
{
    EXPECT_THROW(fit_positive({0.0}, [](const std::vector<double>& x) { return x; }), std::invalid_argument);
}

class ShippedCase : public testing::TestWithParam<const char*>
{
};

TEST_P(ShippedCase, PredictsWithinItsTolerances) { EXPECT_EQ(failures(run(GetParam())), ""); }

INSTANTIATE_TEST_SUITE_P(Validation, ShippedCase,
                         testing::Values("chih_22nm", "colonnade_65nm", "hermes_14nm", "isaac_32nm", "isaac_32nm_chip",
                                         "jia_65nm", "neurram_130nm", "puma_32nm", "sinangil_7nm", "wang_22nm"));

TEST(Validation, NoParameterOfAMacroIsAFigureItIsJudgedBy)
{
    for (const auto& entry : std::filesystem::directory_iterator(cases)) {
        const auto document = config::Document::load(entry.path());
        const nlohmann::json& root = document.root();
        const std::string macro = read_file(cases / root.value("macro", root.value("chip", "")));
        const auto c = document.read<ValidationCase>();
        for (const CasePoint& point : c.points) {
            const std::string figure = nlohmann::json(point.published).dump();
            if (figure.size() >= 4) { // "23.96" cannot stand there by chance, "9.7" can
                EXPECT_EQ(macro.find(": " + figure), std::string::npos) << entry.path() << " " << point.name;
            }
        }
    }
}

TEST(Validation, FiguresAreThoseOfTheSharedReference)
{
    IMC_SHARED_OR_SKIP(file, "reference/silicon.json");
    const auto root = config::Document::load(file).root();
    const auto chip = [&](const std::string& id) {
        for (const auto& c : root["chips"])
            if (c["id"] == id)
                return c;
        return nlohmann::json();
    };
    const auto published = [](const CaseResult& r, const std::string& name, Quantity quantity) {
        for (const PointResult& p : r.points)
            if (p.point.name == name && p.point.quantity == quantity)
                return p.point.published;
        return -1.0;
    };
    const auto colonnade = chip("colonnade_2021_65nm");
    const CaseResult c = run("colonnade_65nm");
    for (const char* w : {"1", "2", "4", "8", "16"}) {
        EXPECT_DOUBLE_EQ(published(c, fmt::format("0.8 V, {} b weights and inputs", w), Quantity::energy_per_mac_fj),
                         colonnade["energy_fJ_per_MAC"]["in=w bits"]["0.8V"][w].get<double>());
        EXPECT_DOUBLE_EQ(published(c, fmt::format("{} b, 4 registers per column", w), Quantity::tops) * 1000,
                         colonnade["throughput_GOPS"][w]["4reg"].get<double>());
    }
    const auto sinangil = chip("sinangil_2021_7nm")["energy_per_access_pJ_vs_avg_output_0p8V"];
    const CaseResult s = run("sinangil_7nm");
    for (const char* out : {"0", "6", "15"})
        EXPECT_DOUBLE_EQ(published(s, fmt::format("0.8 V, average output {}", out), Quantity::energy_pj),
                         sinangil[out].get<double>());
    EXPECT_DOUBLE_EQ(published(run("hermes_14nm"), "64 cores", Quantity::tops_per_w),
                     chip("hermes_64core_2023_14nm")["measured"]["1-phase"]["TOPS/W"].get<double>());
}

TEST(Validation, KeepsFittedAndPredictedApartInItsLedger)
{
    const CaseResult r = run("jia_65nm");
    EXPECT_EQ(r.free, 2u);
    EXPECT_EQ(r.fitted, 2u);
    EXPECT_EQ(r.predicted, 11u);
    EXPECT_FALSE(r.validated()) << "two parameters through two points say nothing of the points";
    EXPECT_LT(r.fit_error, 1e-3);
    EXPECT_GT(r.prediction_error, r.fit_error);
    const auto json = validation_json({r});
    EXPECT_EQ(json["cases"][0]["ledger"]["status"], "fitted, not validated");
    EXPECT_TRUE(json["pass"].get<bool>());
    EXPECT_THAT(validation_text({r}), testing::HasSubstr("fitted, not validated"));
    EXPECT_THAT(validation_svg({r}), testing::StartsWith("<svg"));
    const CaseResult sinangil = run("sinangil_7nm");
    EXPECT_EQ(sinangil.free, 2u) << "one number and one choice";
    EXPECT_EQ(sinangil.fitted, 4u);
    EXPECT_EQ(sinangil.predicted, 3u);
    EXPECT_TRUE(sinangil.validated());
    EXPECT_TRUE(sinangil.leave_one_out_error.has_value());
    const CaseResult neurram = run("neurram_130nm");
    EXPECT_EQ(neurram.free, 3u);
    EXPECT_EQ(neurram.fitted, 6u);
    EXPECT_TRUE(neurram.validated());
    const CaseResult isaac = run("isaac_32nm");
    EXPECT_EQ(isaac.free, 0u);
    EXPECT_TRUE(isaac.validated());
}

TEST(Validation, ShowsWhatIsOnlyComparedWithoutJudgingIt)
{
    auto document = config::Document::load(cases / "puma_32nm.json");
    document.set("points[0].role=compare");
    document.set(fmt::format("points[0].published={}", 10.0 * run("puma_32nm").points.front().point.published));
    const CaseResult r = evaluate(document);
    EXPECT_EQ(r.predicted, 1u);
    EXPECT_LT(r.prediction_error, 0.02);
    const auto json = validation_json({r});
    EXPECT_TRUE(json["pass"].get<bool>());
    EXPECT_TRUE(json["cases"][0]["points"][0]["pass"].is_null());
    EXPECT_NEAR(json["cases"][0]["points"][0]["error"].get<double>(), -0.9, 1e-3);
}

TEST(Validation, AMeasuredOperationOfSeveralReadsTakesTheirTimeAndEnergy)
{
    auto document = config::Document::load(cases / "hermes_14nm.json");
    document.set("free=[]");
    const double one = evaluate(document).points.front().simulated;
    document.set("points[0].operation.reads=4");
    EXPECT_NEAR(evaluate(document).points.front().simulated, 4 * one, 1e-9 * one);
    document.set("points[0].quantity=interval_ns");
    EXPECT_NEAR(evaluate(document).points.front().simulated, 4 * 130.0, 1e-6);
}

struct Sheet {
    const char* name;
    const char* text;
    double tops_per_w; ///< published, silicon.json; 0: none
    double cycle_ns;   ///< 0: none, or contradictory
};

// Every macro of silicon.json whose sheet is complete enough, by the ten keys of a sheet alone.
constexpr Sheet sheets[] = {
    {"sinangil",
     R"({"tech_nm":7,"cell":"sram","rows":64,"columns":64,"rows_active":64,"input_bits":4,"weight_bits":4,"adc_bits":4,"adc_count":16,"supply_v":0.8})",
     351, 5.5},
    {"sinangil, 1 V",
     R"({"tech_nm":7,"cell":"sram","rows":64,"columns":64,"rows_active":64,"input_bits":4,"weight_bits":4,"adc_bits":4,"adc_count":16,"supply_v":1.0})",
     0, 4.5},
    {"jia, 0.85 V",
     R"({"tech_nm":65,"cell":"sram","rows":2304,"columns":256,"input_bits":1,"weight_bits":1,"adc_bits":8,"adc_count":256,"supply_v":0.85})",
     400, 0},
    {"jia, 1.2 V",
     R"({"tech_nm":65,"cell":"sram","rows":2304,"columns":256,"input_bits":1,"weight_bits":1,"adc_bits":8,"adc_count":256,"supply_v":1.2})",
     192, 0},
    {"neurram (3,1)",
     R"({"tech_nm":130,"cell":"rram","rows":256,"columns":256,"input_bits":1,"weight_bits":4,"adc_bits":3,"adc_count":256,"supply_v":1.8})",
     43.08, 1482},
    {"neurram (4,2)",
     R"({"tech_nm":130,"cell":"rram","rows":256,"columns":256,"input_bits":2,"weight_bits":4,"adc_bits":4,"adc_count":256,"supply_v":1.8})",
     40.33, 1754},
    {"neurram (5,3)",
     R"({"tech_nm":130,"cell":"rram","rows":256,"columns":256,"input_bits":3,"weight_bits":4,"adc_bits":5,"adc_count":256,"supply_v":1.8})",
     23.09, 2699},
    {"neurram (6,4)",
     R"({"tech_nm":130,"cell":"rram","rows":256,"columns":256,"input_bits":4,"weight_bits":4,"adc_bits":6,"adc_count":256,"supply_v":1.8})",
     15.95, 4229},
    {"chih",
     R"({"tech_nm":22,"cell":"sram","rows":256,"columns":256,"input_bits":4,"weight_bits":4,"adc_bits":0,"adc_count":0,"supply_v":0.72})",
     89, 10},
    {"dimc2", R"({"tech_nm":28,"cell":"sram","rows":32,"columns":8,"input_bits":8,"weight_bits":8,"supply_v":0.9})", 22,
     24},
    {"aimc1",
     R"({"tech_nm":22,"cell":"sram","rows":1024,"columns":1024,"input_bits":7,"weight_bits":2,"adc_bits":6,"adc_count":512,"supply_v":0.8})",
     1050, 44.44},
    {"hermes",
     R"({"tech_nm":14,"cell":"pcm","rows":256,"columns":256,"input_bits":8,"weight_bits":8,"adc_bits":8,"adc_count":256,"supply_v":0.8})",
     10.5, 130},
    {"xue 2019, 1 b",
     R"({"tech_nm":55,"cell":"rram","rows":256,"columns":512,"rows_active":9,"input_bits":1,"weight_bits":3,"adc_bits":4,"adc_count":16,"supply_v":1.0})",
     53.17, 11.75},
    {"xue 2019, 2 b",
     R"({"tech_nm":55,"cell":"rram","rows":256,"columns":512,"rows_active":9,"input_bits":2,"weight_bits":3,"adc_bits":4,"adc_count":16,"supply_v":1.0})",
     21.9, 14.6},
    {"xue 2020, 1 b, 2 b",
     R"({"tech_nm":22,"cell":"rram","rows":512,"columns":512,"rows_active":16,"input_bits":1,"weight_bits":2,"adc_bits":6,"adc_count":32,"supply_v":0.8})",
     121.38, 9.8},
    {"xue 2020, 2 b, 4 b",
     R"({"tech_nm":22,"cell":"rram","rows":512,"columns":512,"rows_active":16,"input_bits":2,"weight_bits":4,"adc_bits":6,"adc_count":32,"supply_v":0.8})",
     45.52, 13.1},
    {"xue 2020, 4 b, 4 b",
     R"({"tech_nm":22,"cell":"rram","rows":512,"columns":512,"rows_active":16,"input_bits":4,"weight_bits":4,"adc_bits":6,"adc_count":32,"supply_v":0.8})",
     28.93, 18.3},
    {"colonnade, 8 b",
     R"({"tech_nm":65,"cell":"sram","rows":128,"columns":128,"input_bits":8,"weight_bits":8,"supply_v":0.8})", 1.71, 0},
};

TEST(Datasheet, PredictsPublishedMacrosFromTheirDataSheets)
{
    const auto file = std::filesystem::temp_directory_path() / ("imc_sheet_" + std::to_string(::getpid()) + ".json");
    std::vector<double> energy;
    std::vector<double> cycle;
    std::vector<double> elsewhere; // without the macros whose own constants the models use: NeuRRAM, HERMES, Jia
    for (const Sheet& sheet : sheets) {
        std::ofstream(file) << sheet.text;
        const auto result = predict_datasheets(file);
        const std::string name = sheet.name;
        const bool own = name.starts_with("neurram") || name == "hermes" || name.starts_with("jia");
        const auto ratio = [&](const char* key, double published) {
            return std::abs(std::log(result[key].get<double>() / published));
        };
        if (sheet.tops_per_w > 0.0) {
            energy.push_back(ratio("tops_per_w", sheet.tops_per_w));
            if (!own)
                elsewhere.push_back(energy.back());
        }
        if (sheet.cycle_ns > 0.0)
            cycle.push_back(ratio("cycle_ns", sheet.cycle_ns));
        EXPECT_GT(result["area_mm2"].get<double>(), 0.0);
        EXPECT_LE(result["tops_per_w_range"]["low"], result["tops_per_w"]);
        EXPECT_GE(result["tops_per_w_range"]["high"], result["tops_per_w"]);
    }
    std::filesystem::remove(file);
    const auto mean = [](const std::vector<double>& logs) {
        return std::exp(std::accumulate(logs.begin(), logs.end(), 0.0) / static_cast<double>(logs.size()));
    };
    const auto within = [](const std::vector<double>& logs) {
        return static_cast<double>(std::ranges::count_if(logs, [](double l) { return l < std::log(3.0); })) /
               static_cast<double>(logs.size());
    };
    EXPECT_LT(mean(energy), 1.6);
    EXPECT_LT(mean(cycle), 1.6);
    EXPECT_GE(within(energy), 0.9);
    EXPECT_GE(within(cycle), 0.9);
    EXPECT_LT(mean(elsewhere), 1.8);
}

TEST(Datasheet, TellsFlashFromSuccessiveApproximationAndCounting)
{
    const auto cycle = [](const char* kind) {
        const auto file = std::filesystem::temp_directory_path() / ("imc_kind_" + std::to_string(::getpid()) + ".json");
        std::ofstream(file) << fmt::format(
            R"({{"tech_nm":28,"cell":"sram","rows":64,"columns":64,"input_bits":4,"weight_bits":4,"adc_bits":6,"adc_count":16,"supply_v":0.9,"adc_kind":"{}"}})",
            kind);
        const double ns = predict_datasheets(file)["cycle_ns"];
        std::filesystem::remove(file);
        return ns;
    };
    EXPECT_LT(cycle("flash"), cycle("sar"));
    EXPECT_LT(cycle("sar"), cycle("ramp"));
    EXPECT_EQ(cycle("sar"), cycle("unspecified"));
}

nlohmann::ordered_json predicted(const std::string& text)
{
    const auto file = std::filesystem::temp_directory_path() / ("imc_sheets_" + std::to_string(::getpid()) + ".json");
    std::ofstream(file) << text;
    const auto result = predict_datasheets(file);
    std::filesystem::remove(file);
    return result;
}

constexpr const char* rram_sheet =
    R"({"tech_nm":22,"cell":"CELL","rows":512,"columns":512,"rows_active":16,"input_bits":2,"weight_bits":4,"adc_bits":6,"adc_count":32,"supply_v":0.8})";

std::string with_cell(std::string cell)
{
    std::string text = rram_sheet;
    return text.replace(text.find("CELL"), 4, cell);
}

TEST(Datasheet, ReadsCellsAsTheLiteratureNamesThem)
{
    const auto names = [](const char* cell) { return predicted(with_cell(cell))["tops_per_w"].get<double>(); };
    for (const char* cell : {"RRAM", "ReRAM", "1T1R RRAM", "memristor"})
        EXPECT_EQ(names(cell), names("rram")) << cell;
    for (const char* cell : {"8T1C SRAM", "6T SRAM", "SRAM"})
        EXPECT_EQ(names(cell), names("sram")) << cell;
    EXPECT_GT(names("pcm"), 0.0);
    EXPECT_GT(names("STT-MRAM"), 0.0);
    EXPECT_GT(names("eFlash"), names("MRAM")) << "by the current of their cells";
    EXPECT_EQ(names("3T eDRAM"), names("sram")) << "both charge capacitors";
    EXPECT_THROW(names("abacus"), ConfigError);
}

TEST(Datasheet, TakesNullAsAbsentAndAListAsItsItems)
{
    const std::string one =
        R"({"tech_nm":28,"cell":"sram","rows":128,"columns":64,"input_bits":8,"weight_bits":8,"supply_v":0.9)";
    const auto absent = predicted(one + "}");
    EXPECT_EQ(predicted(one + R"(,"adc_bits":null,"adc_count":null,"adc_kind":null,"phases":null,"rows_active":null})"),
              absent);
    EXPECT_EQ(predicted(one + R"(,"adc_bits":0,"adc_count":0})"), absent);
    const auto list = predicted("[" + one + "}," + with_cell("rram") + "]");
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0], absent);
    EXPECT_EQ(list[1]["family"], "analog_current");
}

TEST(Datasheet, GrowsDearerWithNodeSupplyAndBits)
{
    const auto energy = [](int nm, double volts, int bits) {
        return predicted(fmt::format(
            R"({{"tech_nm":{},"cell":"sram","rows":256,"columns":64,"rows_active":64,"input_bits":{},"weight_bits":1,"adc_bits":6,"adc_count":64,"supply_v":{}}})",
            nm, bits, volts))["energy_pj"]
            .get<double>();
    };
    EXPECT_LT(energy(22, 0.8, 2), energy(65, 0.8, 2));
    EXPECT_NEAR(energy(28, 1.0, 2) / energy(28, 0.5, 2), 4.0, 0.1) << "C V^2";
    EXPECT_LT(energy(28, 0.8, 1), energy(28, 0.8, 4));
}

/// The figures that arch/macro/README.md states.
TEST(Datasheet, KeepsWhatItReachesOnDevelopmentAndHeldOutMacros)
{
    const auto comparison = [](const char* name) {
        return predict_datasheets(std::string(IMC_SOURCE_DIR "/configs/datasheets/") + name + ".json")["comparison"];
    };
    const auto development = comparison("development");
    EXPECT_LT(development["tops_per_w"]["geometric_mean_ratio"], 1.75);
    EXPECT_LT(development["cycle_ns"]["geometric_mean_ratio"], 1.5);
    const auto held_out = comparison("held_out");
    EXPECT_LT(held_out["tops_per_w"]["geometric_mean_ratio"], 2.4);
    EXPECT_LT(held_out["cycle_ns"]["geometric_mean_ratio"], 2.7);
}

TEST(Datasheet, RefusesWhatCannotBeBuilt)
{
    const auto read = [](const char* text) { (void)config::Document::parse(text, "sheet.json").read<Datasheet>(); };
    EXPECT_THROW(
        read(R"({"tech_nm":28,"cell":"rram","rows":64,"columns":64,"input_bits":4,"weight_bits":4,"supply_v":1})"),
        ConfigError); // no converter
    EXPECT_THROW(
        read(R"({"tech_nm":28,"cell":"sram","rows":64,"columns":4,"input_bits":4,"weight_bits":8,"supply_v":1})"),
        ConfigError);
    EXPECT_THROW(read(R"({"tech_nm":28,"cell":"sram","rows":64,"columns":64,"rows_active":65,"input_bits":4,
                          "weight_bits":4,"supply_v":1})"),
                 ConfigError);
}

TEST(Validation, RefusesACaseWithMoreParametersThanFigures)
{
    const auto path = std::filesystem::temp_directory_path() / ("imc_validate_" + std::to_string(::getpid()) + ".json");
    std::ofstream(path) << R"({"schema": "imcsim.validation/1", "name": "x", "macro": "m.json",
        "free": [{"path": "adc.user.energy_pj"}], "points": []})";
    EXPECT_THROW((void)config::Document::load(path).read<ValidationCase>(), ConfigError);
    std::filesystem::remove(path);
}

} // namespace
