// Cost models against the points their sources print, and against the laws every model has to keep.

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "arch/config/costs/adc.h"
#include "arch/config/costs/array.h"
#include "arch/config/costs/gates.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "tests/support/shared.h"

using namespace imc;

namespace
{

AdcQuery adc(AdcModel model, int bits, double node_nm, double rate = 1e8)
{
    AdcQuery q{{}, {node_nm * 1e-9, 0.9}, 128};
    q.config.model = model;
    q.config.bits = bits;
    q.config.rate_hz = rate;
    return q;
}

TEST(AdcModels, RegressionGivesThePointsOfItsReference)
{
    IMC_SHARED_OR_SKIP(file, "reference/components.json");
    const auto root = config::Document::load(file).root();
    int points = 0;
    for (const auto& p : root["ADC_regression_CiMLoop_Murmann"]["points"]) {
        const AdcQuery q = adc(AdcModel::murmann, p["enob"], p["tech_nm"], p["f_Hz"]);
        const ComponentCost c = adc_cost(q);
        EXPECT_NEAR(c.energy_j * 1e12, p["energy_pJ"].get<double>(), 2e-4 * p["energy_pJ"].get<double>() + 5e-5);
        EXPECT_NEAR(c.area_m2 * 1e12, p["area_um2"].get<double>(), 2e-4 * p["area_um2"].get<double>() + 0.05);
        ++points;
    }
    EXPECT_GE(points, 10);
}

TEST(AdcModels, GiveTheComparisonTableOfTheReferences)
{
    // FACTS 2.11, pJ per conversion; NeuroSim's figures there exclude the cell's resistance, as ours do.
    EXPECT_NEAR(adc_cost(adc(AdcModel::neurosim, 8, 65)).energy_j, 0.503e-12, 0.001e-12);
    EXPECT_NEAR(adc_cost(adc(AdcModel::neurosim, 6, 32)).energy_j, 0.110e-12, 0.001e-12);
    EXPECT_NEAR(adc_cost(adc(AdcModel::neurosim, 4, 7)).energy_j, 0.0065e-12, 0.0001e-12);
    EXPECT_NEAR(adc_cost(adc(AdcModel::zigzag, 4, 28)).energy_j, 0.324e-12, 0.001e-12);
    EXPECT_NEAR(adc_cost(adc(AdcModel::zigzag, 10, 28)).energy_j, 1.66e-12, 0.01e-12);
    EXPECT_NEAR(adc_cost(adc(AdcModel::isaac, 8, 32)).energy_j, 1.5625e-12, 1e-17);
    EXPECT_NEAR(adc_cost(adc(AdcModel::puma, 8, 32)).latency_s, 100e-9 / 128, 1e-15);
    EXPECT_NEAR(adc_cost(adc(AdcModel::puma, 8, 32)).rating_w, 2e-3, 1e-9);
}

TEST(AdcModels, OfExplorationGrowByASmallFactorPerBit)
{
    for (int bits = 3; bits < 10; ++bits) {
        const double ratio = adc_cost(adc(AdcModel::exploration, bits + 1, 32)).energy_j /
                             adc_cost(adc(AdcModel::exploration, bits, 32)).energy_j;
        EXPECT_GE(ratio, 1.1) << bits;
        EXPECT_LE(ratio, 4.0) << bits;
    }
}

TEST(AdcModels, NeverFallWithBitsOrRateForExploration)
{
    for (const double node : {7.0, 22.0, 28.0, 65.0, 130.0})
        for (int bits = 1; bits < 14; ++bits)
            for (const double rate : {1e6, 1e8, 9.9e8, 1.28e9}) {
                const ComponentCost c = adc_cost(adc(AdcModel::exploration, bits, node, rate));
                const ComponentCost wider = adc_cost(adc(AdcModel::exploration, bits + 1, node, rate));
                const ComponentCost faster = adc_cost(adc(AdcModel::exploration, bits, node, rate * 3));
                EXPECT_GT(wider.energy_j, c.energy_j);
                EXPECT_GT(wider.area_m2, c.area_m2);
                EXPECT_GE(faster.energy_j, c.energy_j);
                EXPECT_GE(faster.area_m2, c.area_m2);
            }
}

TEST(AdcModels, WarnOutsideTheRangeOfTheirSource)
{
    EXPECT_TRUE(adc_cost(adc(AdcModel::isaac, 8, 32)).warnings.empty());
    EXPECT_THAT(adc_cost(adc(AdcModel::isaac, 12, 32)).warnings.at(0), testing::HasSubstr("bits = 12"));
    EXPECT_FALSE(adc_cost(adc(AdcModel::isaac, 8, 32, 2e9)).warnings.empty());
    EXPECT_FALSE(adc_cost(adc(AdcModel::zigzag, 8, 65)).warnings.empty());
    EXPECT_FALSE(adc_cost(adc(AdcModel::flash, 8, 28)).warnings.empty());
    EXPECT_TRUE(adc_cost(adc(AdcModel::isaac, 8, 64)).warnings.empty());
    for (const AdcModel model : {AdcModel::isaac, AdcModel::puma})
        EXPECT_THAT(adc_cost(adc(model, 8, 7)).warnings.at(0),
                    testing::HasSubstr("7 nm is beyond half or twice the 32 nm"));
}

TEST(AdcModels, OfFlashAreThoseOfAPublishedConverter)
{
    // Sinangil, JSSC 2021: 49.8 µm² published, 0.185 pJ fitted by configs/validation/sinangil_7nm.json.
    AdcQuery q = adc(AdcModel::flash, 4, 7);
    q.process.supply_v = 0.8;
    const ComponentCost c = adc_cost(q);
    EXPECT_NEAR(c.area_m2 / 49.8e-12, 1.0, 0.25);
    EXPECT_NEAR(c.energy_j / 0.185e-12, 1.0, 0.45);
    EXPECT_LT(c.latency_s, 1e-9);
}

TEST(AdcModels, ThatGoThroughLevelsDoubleWithEachBit)
{
    for (const AdcModel model : {AdcModel::flash, AdcModel::ramp, AdcModel::cco}) {
        const ComponentCost c = adc_cost(adc(model, 6, 28)), wider = adc_cost(adc(model, 7, 28));
        EXPECT_NEAR(wider.energy_j / c.energy_j, 2.0, 0.05) << c.model;
        if (model == AdcModel::flash) {
            EXPECT_NEAR(wider.area_m2 / c.area_m2, 2.0, 0.05);
            EXPECT_LT(wider.latency_s, 1.3 * c.latency_s);
        } else {
            EXPECT_NEAR(wider.latency_s / c.latency_s, 2.0, 1e-9) << c.model;
            EXPECT_LT(wider.area_m2, 1.2 * c.area_m2) << c.model;
        }
    }
    // 8 bits at 300 ps per level.
    AdcQuery q = adc(AdcModel::cco, 8, 14);
    q.process.supply_v = 0.8;
    EXPECT_NEAR(adc_cost(q).latency_s, 76.8e-9, 1e-15);
}

TEST(AdcModels, TableShowsEveryModelAndNode)
{
    const std::string table = adc_table({4, 8}, {65e-9, 32e-9}, 1e8);
    for (const char* model : {"exploration", "isaac", "puma", "murmann", "zigzag", "neurosim", "flash", "ramp", "cco"})
        EXPECT_THAT(table, testing::HasSubstr(std::string("| ") + model + " | 32 nm |"));
    EXPECT_THAT(table, testing::HasSubstr("| murmann | 65 nm | 3.5 | 6.49 |"));
}

TEST(Scaling, DigitalEnergyInterpolatesBetweenNodesTheRightWayRound)
{
    // FACTS 2.6: 32 → 22 nm is ×0.446 and 28 nm lies between (×0.778), at 0.8 V.
    const ProcessPoint from{32e-9, 0.8};
    EXPECT_NEAR(energy_factor(ScalingClass::digital, from, {22e-9, 0.8}), 0.446, 0.001);
    EXPECT_NEAR(energy_factor(ScalingClass::digital, from, {28e-9, 0.8}), 0.778, 0.001);
    EXPECT_DOUBLE_EQ(energy_factor(ScalingClass::digital, from, from), 1.0);
    EXPECT_NEAR(area_factor(ScalingClass::digital, {65e-9, 1}, {32e-9, 1}), 1 / 3.3, 1e-12);
}

TEST(Scaling, DigitalEnergyAreaAndDelayFallWithTheNodeAndTheSupply)
{
    for (double v = 0.4; v < 1.4; v += 0.1)
        for (int nm = 2; nm < 200; ++nm) {
            const ProcessPoint here{nm * 1e-9, v};
            EXPECT_GT(energy_factor(ScalingClass::digital, here, {(nm + 1) * 1e-9, v}), 1.0)
                << nm << " nm " << v << " V";
            EXPECT_GT(area_factor(ScalingClass::digital, here, {(nm + 1) * 1e-9, v}), 1.0) << nm;
            EXPECT_GT(delay_factor(ScalingClass::digital, here, {(nm + 1) * 1e-9, v}), 1.0) << nm;
            EXPECT_GT(energy_factor(ScalingClass::digital, here, {nm * 1e-9, v + 0.1}), 1.0)
                << nm << " nm " << v << " V";
        }
}

TEST(Scaling, DelayRisesAsTheSupplyFallsTowardsAndBelowTheThreshold)
{
    double last = 1.0;
    for (double v = 0.9; v > 0.2; v -= 0.005) {
        const double delay = delay_factor(ScalingClass::digital, {32e-9, 0.9}, {32e-9, v});
        EXPECT_GE(delay, last) << v << " V";
        EXPECT_LT(delay, 1.2 * last) << v << " V"; // without a step where the law changes
        last = delay;
    }
    EXPECT_GT(last, 100.0);
}

TEST(Scaling, AreaOfAnSramCellFallsWithTheNodeFromThreeNanometresOn)
{
    for (double nm = 3.0; nm < 130.0; nm += 0.1)
        EXPECT_LT(sram_cell_f2(nm * 1e-9) * nm * nm, sram_cell_f2((nm + 0.1) * 1e-9) * (nm + 0.1) * (nm + 0.1)) << nm;
}

TEST(Scaling, PartsThatDoNotShrinkFollowTheirOwnClass)
{
    const ProcessPoint old{130e-9, 1.2};
    const ProcessPoint young{14e-9, 1.2};
    EXPECT_DOUBLE_EQ(energy_factor(ScalingClass::high_voltage, old, young), 1.0);
    EXPECT_DOUBLE_EQ(area_factor(ScalingClass::high_voltage, old, young), 1.0);
    EXPECT_DOUBLE_EQ(energy_factor(ScalingClass::analog_noise, old, young), 1.0);
    EXPECT_DOUBLE_EQ(energy_factor(ScalingClass::analog_noise, old, {14e-9, 0.6}), 0.25);
    EXPECT_NEAR(area_factor(ScalingClass::analog_matching, old, young), 14.0 / 130.0, 1e-12);
    EXPECT_GT(area_factor(ScalingClass::analog_matching, old, young), area_factor(ScalingClass::digital, old, young));
}

TEST(Gates, AreThoseOfTheirLibraryAtItsOwnPoint)
{
    const GateLibrary g = gate_library({28e-9, 0.9});
    EXPECT_NEAR(g.nand2.energy_j, 0.7e-15 * 0.81, 1e-20);
    EXPECT_NEAR(g.full_adder.energy_j, (3 * 0.7 + 2 * 1.05) * 1e-15 * 0.81, 1e-20); // components.json digital_logic
    // Mirror adder by logical effort (Weste & Harris 11.2.2): carry gate 13, sum gate 14, NAND at fan-out four 22/3.
    EXPECT_NEAR(g.carry_delay_s, 47.8e-12 * 13 / (22.0 / 3), 1e-16);
    EXPECT_NEAR(g.sum_delay_s, 47.8e-12 * 27 / (22.0 / 3), 1e-16);
    EXPECT_NEAR(g.full_adder.area_m2 / g.nand2.area_m2, 20.0192 / 3.7536 * 24 / 28, 1e-9); // sky130 fa_1 / nand2_1
    EXPECT_DOUBLE_EQ(adder_tree_full_adders(2, 8), 2 * 9 - 10);
    EXPECT_DOUBLE_EQ(adder_tree_full_adders(256, 4), 256 * 5 - 13);
}

TEST(Arrays, SettleMoreSlowlyTheLargerTheyAre)
{
    MacroConfig c;
    const double base = settling_time(c);
    c.rows *= 2;
    const double tall = settling_time(c);
    c.columns *= 2;
    EXPECT_GT(tall, base);
    EXPECT_GT(settling_time(c), tall);
    // 5 RC of a distributed line behind its driver, written out.
    const LineParasitics p = line_parasitics(c);
    const double word = 5 * (1e3 * c.columns * p.word_farad + 0.5 * c.columns * p.word_ohm * c.columns * p.word_farad);
    const double bit = 5 * (1e3 * c.rows * p.bit_farad + 0.5 * c.rows * p.bit_ohm * c.rows * p.bit_farad);
    EXPECT_NEAR(settling_time(c), word + bit, 1e-18);
}

TEST(Arrays, DriversCostMoreForLongerLinesAndMoreLevels)
{
    for (const DriverModel model : {DriverModel::isaac, DriverModel::circuit, DriverModel::zigzag}) {
        MacroConfig c;
        c.driver.model = model;
        const double base = driver_cost(c).energy_j;
        c.columns *= 2;
        EXPECT_GT(driver_cost(c).energy_j, base);
        c.columns /= 2;
        c.input.slice_bits = 2;
        EXPECT_GT(driver_cost(c).energy_j, base);
    }
}

TEST(Arrays, ConductanceModelDissipatesVoltageSquaredTimesConductance)
{
    MacroConfig c;
    c.array.model = ArrayModel::conductance;
    c.read_latency_s = 100e-9;
    c.cell.bits = 2;
    const double lowest = array_cost(c).energy_j;
    const double step = array_state_cost(c).energy_j;
    const double line = c.cell.read_voltage_v * c.cell.read_voltage_v * line_parasitics(c).bit_farad;
    EXPECT_NEAR(lowest + 3 * step, 0.04 * 40e-6 * 100e-9 + line, 1e-22);
    EXPECT_NEAR(lowest, 0.04 * 2e-6 * 100e-9 + line, 1e-22);
}

TEST(Ranges, SpanTheSourcesOfAConverter)
{
    // FACTS 2.11 at 32 nm, 8 bits: NeuroSim 0.161 pJ lowest, exploration is set to the regression's 1.71 pJ.
    const ComponentCost c = adc_cost(adc(AdcModel::exploration, 8, 32));
    EXPECT_NEAR(c.energy_j * c.energy_range.low, 0.161e-12, 0.001e-12);
    EXPECT_GE(c.energy_range.high, 1.0);
    UserCost user;
    user.energy_j = 2e-12;
    EXPECT_EQ(user.at(1.0).energy_range.low, 1.0);
    user.energy_low_j = 1e-12;
    user.energy_high_j = 6e-12;
    EXPECT_DOUBLE_EQ(user.at(1.0).energy_range.low, 0.5);
    EXPECT_DOUBLE_EQ(user.at(1.0).energy_range.high, 3.0);
}

TEST(Ranges, RefuseALowAboveTheNominal)
{
    const auto read = [](const char* text) { (void)config::Document::parse(text, "m.json").read<MacroConfig>(); };
    EXPECT_THROW(read(R"({"adc": {"model": "user", "user": {"energy_pj": 1, "energy_low_pj": 2}}})"), ConfigError);
    EXPECT_THROW(read(R"({"adc": {"model": "user", "user": {"energy_pj": 2, "energy_high_pj": 1}}})"), ConfigError);
}

TEST(Scaling, ConvertersOfEveryLawNeverFallWithBitsOrRate)
{
    for (const AdcModel model : {AdcModel::exploration, AdcModel::isaac, AdcModel::puma, AdcModel::murmann,
                                 AdcModel::zigzag, AdcModel::neurosim, AdcModel::flash, AdcModel::ramp, AdcModel::cco})
        for (int bits = 4; bits < 10; ++bits)
            for (const double rate : {1e7, 1e9}) {
                const ComponentCost c = adc_cost(adc(model, bits, 32, rate));
                const ComponentCost wider = adc_cost(adc(model, bits + 1, 32, rate));
                const ComponentCost faster = adc_cost(adc(model, bits, 32, rate * 2));
                EXPECT_GE(wider.energy_j, c.energy_j) << c.model << " " << bits;
                EXPECT_GE(wider.area_m2, c.area_m2) << c.model << " " << bits;
                EXPECT_GE(faster.energy_j, c.energy_j) << c.model << " " << bits;
                EXPECT_GE(faster.area_m2, c.area_m2) << c.model << " " << bits;
            }
}

} // namespace
