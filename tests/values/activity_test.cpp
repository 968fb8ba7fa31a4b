#include "sim/values/layer_activity.h"

#include <gtest/gtest.h>

#include "tests/values/values_support.h"

using namespace imc;
using namespace imc::values;

namespace
{

MvmActivity activity(std::int64_t rows, std::vector<std::uint16_t> longest)
{
    MvmActivity a;
    a.row_slices = a.input_sum = a.level_sum = rows;
    a.longest = std::move(longest);
    return a;
}

std::vector<std::uint16_t> longest(const MacroConfig& macro, const MvmOperation& op, std::vector<std::int32_t> inputs)
{
    const ReadLengths lengths(macro, op, -128, 255);
    std::vector<std::uint16_t> out(lengths.reads(), 0);
    lengths.raise(inputs, out);
    return out;
}

} // namespace

TEST(ReadLengths, AreTheLargestDigitsOfEachSlicePhaseAndGroupOfRows)
{
    MacroConfig macro;
    macro.rows = 8;
    macro.active_rows = 3;
    macro.input.slice_bits = 2;
    MvmOperation op;
    op.rows = 5;
    op.input_bits = 4;
    using Lengths = std::vector<std::uint16_t>;
    EXPECT_EQ(longest(macro, op, {0b0001, 0b1100, 0b0000, 0b1111, 0b0010}), (Lengths{1, 3, 3, 3}));
    EXPECT_EQ(longest(macro, op, {0, 0, 0, 0, 0b1000}), (Lengths{0, 0, 0, 2}));
    EXPECT_EQ(longest(macro, op, {0, 0b0100}), (Lengths{0, 0, 1, 0})) << "rows of other arrays may be fewer";
    // Magnitudes have a bit less; the most negative value counts as the largest.
    op.signed_input = true;
    macro.input.signed_input = SignedInput::signed_pulse;
    EXPECT_EQ(longest(macro, op, {-1, 2, 0, -8, 0}), (Lengths{2, 3, 0, 1}));
    macro.input.signed_input = SignedInput::two_phases;
    EXPECT_EQ(longest(macro, op, {-1, 2, 0, -8, 0}), (Lengths{2, 0, 1, 3, 0, 0, 0, 1}));
    // Several bits at a time in two's complement: the sign bit is inverted, 0 is 1000.
    macro.input.signed_input = SignedInput::twos_complement;
    EXPECT_EQ(longest(macro, op, {0, -8, 3, 7, -1}), (Lengths{3, 3, 2, 3}));
    macro.input.slice_bits = 1;
    EXPECT_EQ(longest(macro, op, {0, 0, 0, -8, -8}), (Lengths{0, 0, 0, 0, 0, 0, 0, 1}));
    EXPECT_THROW(longest(macro, op, std::vector<std::int32_t>(7, 0)), std::invalid_argument);
}

TEST(ActivityTrace, IsRunLengthCodedAndBounded)
{
    ActivityTrace exact(1000), bounded(16);
    std::int64_t rows = 0;
    RandomStream random(5, "activity");
    for (int n = 0; n < 1000; ++n) {
        const auto active = static_cast<std::uint16_t>(n < 900 ? n / 10 : 90 + random.below(2));
        rows += active;
        exact.add(activity(active, {active, 1}));
        bounded.add(activity(active, {active, 1}));
    }
    EXPECT_EQ(exact.operations(), 1000);
    EXPECT_TRUE(exact.exact());
    EXPECT_EQ(bounded.operations(), 1000);
    EXPECT_LE(bounded.runs().size(), 16u);
    EXPECT_FALSE(bounded.exact());
    EXPECT_EQ(exact.runs()[3].operations, 10);
    std::int64_t operations = 0;
    double sum = 0.0;
    for (const ActivityRun& run : bounded.runs()) {
        operations += run.operations;
        sum += static_cast<double>(run.operations * run.activity.row_slices);
        EXPECT_EQ(run.activity.longest[0], run.activity.row_slices);
        EXPECT_EQ(run.activity.longest[1], 1);
    }
    EXPECT_EQ(operations, 1000);
    EXPECT_NEAR(sum, static_cast<double>(rows), 0.02 * static_cast<double>(rows));
    EXPECT_THROW(exact.add(activity(1, {1})), std::invalid_argument);
}
