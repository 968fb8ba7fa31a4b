#include "arch/macro/macro.h"

#include <gtest/gtest.h>

#include "sim/base/config/document.h"

using namespace imc;

namespace
{

MacroConfig isaac()
{
    return config::Document::load(IMC_SOURCE_DIR "/configs/macros/isaac_rram_32nm.json").read<MacroConfig>();
}

std::int64_t count_of(const std::vector<MacroEvent>& events, Component component, const std::string& name)
{
    std::int64_t sum = 0;
    for (const MacroEvent& e : events)
        if (e.event.component == component && e.event.name == name)
            sum += e.count;
    return sum;
}

double joules_of(const std::vector<MacroEvent>& events, Component component)
{
    Energy sum;
    for (const MacroEvent& e : events)
        if (e.event.component == component)
            sum += e.event.unit * e.count;
    return sum.joules();
}

/// 1×1 convolution 128 → 32 on 28×28, 8-bit inputs and weights, one array with one converter.
class OneByOneConvolution : public testing::Test
{
protected:
    OneByOneConvolution()
    {
        MacroConfig config = isaac();
        config.encoding = Encoding::biased;
        config.arrays = config.adcs = 1;
        macro = make_macro(config);
        operation = {128, 32 * columns_per_weight(config, 8), 1, 8, false, {}};
    }

    std::unique_ptr<Macro> macro;
    MvmOperation operation;
};

TEST_F(OneByOneConvolution, TakesEightHundredNanosecondsPerPositionAndNineHundredForTheFirst)
{
    const Clock clock = Clock::from_hertz(1e9);
    const MacroSchedule s = macro->schedule(operation, clock);
    EXPECT_EQ(s.converts_end, 900);
    EXPECT_EQ(s.interval, 800);
    EXPECT_EQ(s.latency, 901) << "the last shift-add takes one more cycle";
    EXPECT_EQ(783 * s.interval + s.latency, 627'300 + 1);
}

TEST_F(OneByOneConvolution, RoundsOncePerPhaseAndNotPerConversion)
{
    // 128 conversions of 781.25 ps are exactly 100 ns; rounded each to a nanosecond they would be 128 ns.
    EXPECT_EQ(macro->schedule(operation, Clock::from_hertz(1e9)).interval, 800);
    EXPECT_EQ(macro->schedule(operation, Clock(1)).interval, 800'000'000);
    // A 3 ns clock covers 100 ns in 34 cycles, per read and per conversion phase.
    EXPECT_EQ(macro->schedule(operation, Clock(3'000'000)).interval, 8 * 34);
    EXPECT_EQ(macro->schedule(operation, Clock(3'000'000)).latency, 9 * 34 + 1);
}

TEST_F(OneByOneConvolution, ConvertsEightHundredThousandTimesForOnePointTwoFiveMicrojoules)
{
    const auto events = macro->counts(operation);
    EXPECT_EQ(784 * count_of(events, Component::adc, "conversion"), 802'816);
    EXPECT_DOUBLE_EQ(784 * joules_of(events, Component::adc), 1.2544e-6);
    EXPECT_EQ(count_of(events, Component::dac, "drive"), 128 * 8);
    EXPECT_EQ(count_of(events, Component::array, "cell_read"), 128 * 128 * 8);
    EXPECT_EQ(count_of(events, Component::accumulator, "popcount"), 128 * 8);
}

TEST(AnalogCurrent, WithOneBankReadsAndConversionsAlternate)
{
    MacroConfig config = isaac();
    config.sample_hold.banks = 1;
    const MacroSchedule s = make_macro(config)->schedule(MvmOperation{128, 128, 8, 16}, Clock::from_hertz(1e9));
    EXPECT_EQ(s.interval, 16 * 200);
    EXPECT_EQ(s.latency, 16 * 200 + 1);
}

TEST(AnalogCurrent, TheSlowerOfReadAndConversionSetsThePace)
{
    const auto macro = make_macro(isaac());
    const Clock clock = Clock::from_hertz(1e9);
    const MacroSchedule half = macro->schedule(MvmOperation{128, 64, 8, 8}, clock);
    EXPECT_EQ(half.interval, 800) << "64 columns convert in 50 ns, the array still reads for 100";
    EXPECT_EQ(half.latency, 850 + 1);
    MacroConfig config = isaac();
    config.adcs = 4;
    const MacroSchedule shared = make_macro(config)->schedule(MvmOperation{128, 128, 8, 8}, clock);
    EXPECT_EQ(shared.interval, 1600);
    EXPECT_EQ(shared.latency, 100 + 1600 + 1);
}

TEST(AnalogCurrent, DifferentOperationsFollowAtTheLeastDistanceAtWhichNeitherWaits)
{
    MacroConfig config = isaac();
    config.adcs = 4;
    const auto macro = make_macro(config);
    const Clock clock = Clock::from_hertz(1e9);
    const MacroSchedule slow = macro->schedule(MvmOperation{128, 128, 8, 2}, clock); // converts 200 ns per slice
    const MacroSchedule fast = macro->schedule(MvmOperation{128, 32, 4, 2}, clock);  // 25 ns
    EXPECT_EQ(slow.before(fast), 100 + 400 - 100) << "the converter is the last to be free";
    EXPECT_EQ(fast.before(slow), 200) << "the array is the last to be free";
}

TEST(AnalogCurrent, ComponentPowerFedBackToBackEqualsTableOneOfIsaac)
{
    // ISAAC Table I per in-situ multiply-accumulate unit (components.json): 16-bit inputs, all arrays busy.
    const auto macro = make_macro(isaac());
    const MvmOperation full{128, 128, 8, 16};
    const auto events = macro->counts(full);
    const double seconds = Clock(1).seconds(macro->schedule(full, Clock(1)).interval);
    EXPECT_NEAR(joules_of(events, Component::adc) / seconds, 16e-3, 16e-3 * 1e-6);
    EXPECT_NEAR(joules_of(events, Component::dac) / seconds, 4e-3, 4e-3 * 1e-6);
    EXPECT_NEAR(joules_of(events, Component::array) / seconds, 2.4e-3, 2.4e-3 * 1e-6);
    EXPECT_NEAR(joules_of(events, Component::shift_add) / seconds, 0.2e-3, 0.2e-3 * 1e-6);
    EXPECT_NEAR(joules_of(events, Component::sample_hold) / seconds, 10e-6, 10e-6 * 0.02);
}

TEST(AnalogCurrent, NameplateAndAreaEqualTableOneOfIsaac)
{
    for (const ComponentArea& part : make_macro(isaac())->area())
        switch (part.component) {
        case Component::adc:
            EXPECT_NEAR(part.rating_w, 16e-3, 1e-9);
            EXPECT_NEAR(part.area_m2, 9600e-12, 1e-15);
            break;
        case Component::dac:
            EXPECT_NEAR(part.rating_w, 4e-3, 1e-9);
            EXPECT_NEAR(part.area_m2, 170e-12, 1e-15);
            break;
        case Component::array:
            EXPECT_NEAR(part.rating_w, 2.4e-3, 1e-9);
            EXPECT_NEAR(part.area_m2, 200e-12, 1e-15);
            break;
        case Component::shift_add:
            EXPECT_NEAR(part.rating_w, 0.2e-3, 1e-9);
            EXPECT_NEAR(part.area_m2, 240e-12, 1e-15);
            break;
        case Component::sample_hold:
            EXPECT_NEAR(part.area_m2, 40e-12, 1e-15);
            break;
        default:
            break;
        }
}

TEST(AnalogCurrent, RefusesOperationsLargerThanTheArray)
{
    const auto macro = make_macro(isaac());
    EXPECT_THROW(macro->counts(MvmOperation{129, 128}), std::invalid_argument);
    EXPECT_THROW(macro->counts(MvmOperation{128, 129}), std::invalid_argument);
    EXPECT_THROW(macro->counts(MvmOperation{128, 128, 9}), std::invalid_argument);
    EXPECT_THROW(macro->schedule(MvmOperation{0, 1}, Clock(1)), std::invalid_argument);
}

} // namespace
