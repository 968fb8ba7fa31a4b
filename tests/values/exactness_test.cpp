#include <gtest/gtest.h>

#include "tests/values/encodings.h"
#include "tests/values/values_support.h"

using namespace imc;
using namespace imc::values;
using test::describe;

namespace
{

bool may_merge(const ArraySpec& c)
{
    return c.encoding == Encoding::twos_complement || c.encoding == Encoding::xnor ||
           ((c.encoding == Encoding::biased || c.encoding == Encoding::biased_flip) &&
            c.offset == OffsetSource::popcount);
}

/// Every combination of encoding, cell width, merged columns, input slicing, input sign and row limit that makes sense.
std::vector<ArraySpec> every_config()
{
    std::vector<ArraySpec> all;
    for (const Encoding encoding : test::encodings)
        for (const int cell : {1, 2, 3})
            for (const int weight : {1, 4, 8})
                for (const int slice : {1, 2, 3})
                    for (const int sign : {-1, 0, 1, 2})
                        for (const int active : {0, 7})
                            for (const auto offset : {OffsetSource::popcount, OffsetSource::unit_column}) {
                                ArraySpec c;
                                c.rows = 24;
                                c.columns = 60;
                                c.encoding = encoding;
                                c.cell_bits = cell;
                                c.weight_bits = weight;
                                c.slice_bits = slice;
                                c.input_bits = 5;
                                c.active_rows = active;
                                c.offset = offset;
                                c.input_signed = sign >= 0;
                                if (sign >= 0)
                                    c.signed_input = static_cast<SignedInput>(sign);
                                if ((encoding == Encoding::twos_complement || encoding == Encoding::xnor) && cell > 1)
                                    continue;
                                if (offset == OffsetSource::unit_column &&
                                    (!uses_offset(encoding) || (encoding == Encoding::biased_flip && cell == 1)))
                                    continue;
                                all.push_back(c);
                                if (!may_merge(c))
                                    continue;
                                for (const int merged : {2, 3, 4}) {
                                    c.merged_columns = merged;
                                    all.push_back(c);
                                }
                            }
    return all;
}

void expect_exact(ArraySpec config, RandomStream& random, std::size_t rows, std::size_t cols)
{
    config.adc.range = AdcRange::full_scale;
    config.adc.bits = config.required_bits(config.active(std::min<int>(config.rows, int(rows))));
    const auto w = test::random_weights(random, rows, cols, config.weight_bits);
    const auto x = test::random_inputs(random, 6, rows, config);
    const Matrix<double> got = Contraction(config, w).run(x);
    ASSERT_EQ(got, test::product(x, w)) << describe(config);
}

} // namespace

TEST(Exactness, EveryEncodingEqualsTheIntegerProductWithTheRequiredBits)
{
    RandomStream random(1, "exactness");
    const auto configs = every_config();
    EXPECT_GT(configs.size(), 500u);
    for (const ArraySpec& config : configs)
        expect_exact(config, random, 1 + random.below(60), 1 + random.below(12));
}

TEST(Exactness, FullRangeLayersOfRealSizeAreExact)
{
    RandomStream random(2, "exactness");
    for (const Encoding encoding : test::encodings) {
        ArraySpec c;
        c.encoding = encoding;
        c.rows = 128;
        c.columns = 128;
        c.cell_bits = encoding == Encoding::twos_complement || encoding == Encoding::xnor ? 1 : 2;
        expect_exact(c, random, 300, 70);
        c.input_signed = true;
        expect_exact(c, random, 300, 70);
    }
}

TEST(Exactness, WideSlicesOfWhichTheLastIsNarrowAreExact)
{
    RandomStream random(5, "exactness");
    for (const int slice : {5, 6, 7, 8})
        for (const int bits : {7, 9, 11, 16})
            for (const int sign : {-1, 0, 1, 2}) {
                ArraySpec c;
                c.rows = 24;
                c.columns = 60;
                c.encoding = Encoding::differential_digital;
                c.slice_bits = slice;
                c.input_bits = bits;
                c.input_signed = sign >= 0;
                c.signed_input = static_cast<SignedInput>(std::max(sign, 0));
                expect_exact(c, random, 40, 9);
            }
}

TEST(Exactness, SumsOf24BitsAreExactInOneConversion)
{
    // 256 rows of 8-bit cells driven with 8 bits at a time, as long pulses do.
    RandomStream random(4, "exactness");
    ArraySpec c;
    c.encoding = Encoding::differential_analog;
    c.rows = 256;
    c.columns = 64;
    c.cell_bits = c.slice_bits = 8;
    c.top_level = 128;
    c.adc.bits = c.required_bits(256);
    EXPECT_EQ(c.adc.bits, 24);
    const auto w = test::random_weights(random, 256, 32, 8);
    Matrix<std::int32_t> edge(256, 2, -128), x = test::random_inputs(random, 6, 256, c);
    for (auto& v : x.row(0))
        v = 255;
    x(1, 0) = 254;
    edge(255, 1) = -127;
    for (const auto& weights : {w, edge}) {
        EXPECT_EQ(Contraction(c, weights).run(x), test::product(x, weights));
        ArraySpec coarse(c);
        --coarse.adc.bits;
        EXPECT_NE(Contraction(coarse, weights).run(x), test::product(x, weights));
    }
}

TEST(Exactness, ExtremeInputsAndWeightsAreExact)
{
    for (ArraySpec c : every_config()) {
        c.adc.bits = c.required_bits(c.active(c.rows));
        const auto [low, high] = input_limits(c);
        const std::int32_t smallest = -(1 << (c.weight_bits - 1)), largest = (1 << (c.weight_bits - 1)) - 1;
        Matrix<std::int32_t> w(24, 2), x(3, 24);
        for (std::size_t k = 0; k < 24; ++k) {
            w(k, 0) = smallest;
            w(k, 1) = largest;
            x(0, k) = static_cast<std::int32_t>(low);
            x(1, k) = static_cast<std::int32_t>(high);
        }
        ASSERT_EQ(Contraction(c, w).run(x), test::product(x, w)) << describe(c);
    }
}

TEST(Exactness, OneBitLessMakesMistakes)
{
    for (ArraySpec c : every_config()) {
        c.adc.bits = c.required_bits(c.active(c.rows)) - 1;
        if (c.adc.bits < (c.signed_sum() ? 2 : 1))
            continue;
        // All cells and inputs at the top reach the largest sum; fewer rows give the sums below it.
        const auto [low, high] = input_limits(c);
        const std::int32_t smallest = -(1 << (c.weight_bits - 1)), largest = (1 << (c.weight_bits - 1)) - 1;
        Matrix<std::int32_t> w(24, 4), x(24, 24);
        for (std::size_t k = 0; k < 24; ++k) {
            w(k, 0) = smallest;
            w(k, 1) = largest;
            w(k, 2) = k % 2 ? smallest : largest;
            w(k, 3) = k < 12 ? smallest : largest;
            for (std::size_t v = 0; v < 24; ++v)
                x(v, k) = static_cast<std::int32_t>(k <= v ? (v % 2 && c.input_signed ? low : high) : 0);
        }
        EXPECT_NE(Contraction(c, w).run(x), test::product(x, w)) << describe(c);
    }
}

TEST(Exactness, AnIdealConverterIsExactWhateverItsBits)
{
    RandomStream random(3, "exactness");
    for (ArraySpec c : every_config()) {
        c.adc.range = AdcRange::ideal;
        c.adc.bits = 1;
        const auto w = test::random_weights(random, 24, 3, c.weight_bits);
        const auto x = test::random_inputs(random, 5, 24, c);
        ASSERT_EQ(Contraction(c, w).run(x), test::product(x, w)) << describe(c);
    }
}

TEST(Exactness, NoInvertedColumnSumsToMoreThanHalf)
{
    RandomStream random(4, "flip");
    ArraySpec c;
    c.rows = 32;
    c.columns = 64;
    c.active_rows = 10;
    const EncodedArray a = encode(test::random_weights(random, 32, 16, 8), c);
    EXPECT_EQ(a.groups.size(), 4u);
    EXPECT_EQ(a.groups.back().count, 2u);
    bool some = false;
    for (std::size_t g = 0; g < a.groups.size(); ++g)
        for (std::size_t q = 0; q < 64; ++q) {
            std::size_t sum = 0;
            for (std::size_t i = 0; i < a.groups[g].count; ++i)
                sum += a.levels(a.groups[g].first + i, a.cells_of(q).front().column);
            EXPECT_LE(2 * sum, a.groups[g].count * 3);
            some = some || a.inverted(g, q);
        }
    EXPECT_TRUE(some);
}

TEST(Exactness, IsaacNeedsEightBits)
{
    ArraySpec c;
    c.rows = 128;
    c.cell_bits = 2;
    c.encoding = Encoding::biased_flip;
    EXPECT_EQ(c.required_bits(128), 8);
    c.encoding = Encoding::biased;
    EXPECT_EQ(c.required_bits(128), 9);
    c.encoding = Encoding::differential_analog;
    EXPECT_EQ(c.required_bits(128), 10);
}

TEST(Exactness, RequiredBitsAgreeWithTheMacros)
{
    for (const ArraySpec& c : every_config()) {
        if (c.merged_columns == 1) {
            EXPECT_EQ(c.required_bits(24), required_bits(24, c.cell_bits, c.slice_bits, c.signed_sum(), c.encoding))
                << describe(c);
            continue;
        }
        MacroConfig macro;
        macro.cell.bits = c.cell_bits;
        macro.merged_columns = c.merged_columns;
        macro.encoding = c.encoding;
        macro.offset = c.offset;
        macro.input.slice_bits = c.slice_bits;
        macro.input.signed_input = c.signed_input;
        macro.active_rows = c.active_rows;
        EXPECT_EQ(c.required_bits(c.active(24)), required_bits(macro, 24, c.input_signed, c.weight_bits))
            << describe(c);
        EXPECT_EQ(c.columns_per_weight(), columns_per_weight(macro, c.weight_bits)) << describe(c);
    }
}

TEST(Exactness, AMergedColumnIsAWeightWhoseTopBitCountsNegative)
{
    // Binary-weighted bit lines of 4-bit weights, inputs of up to 15 pulses: one conversion per weight.
    ArraySpec c;
    c.rows = c.columns = 64;
    c.cell_bits = 1;
    c.weight_bits = c.input_bits = c.slice_bits = c.merged_columns = 4;
    c.encoding = Encoding::twos_complement;
    EXPECT_EQ(c.weights_per_row(), 16);
    const auto [low, high] = c.sum_range(64, 0);
    EXPECT_EQ(low, -8 * 15 * 64);
    EXPECT_EQ(high, 7 * 15 * 64);
    EXPECT_EQ(c.required_bits(64), 14);
    EXPECT_EQ(c.required_bits(34), 13) << "8·15·34 = 4080 of 4096";
    EXPECT_EQ(c.required_bits(35), 14);
    const Matrix<std::int32_t> w(64, 16, -8);
    EXPECT_EQ(MappedArray(c, w).conversions_per_vector(), 16);
}

TEST(ArraySpec, RejectsWhatCannotBe)
{
    const auto bad = [](auto change) {
        ArraySpec c;
        change(c);
        EXPECT_THROW(c.check(), std::invalid_argument);
    };
    bad([](ArraySpec& c) { c.rows = 0; });
    bad([](ArraySpec& c) { c.active_rows = 129; });
    bad([](ArraySpec& c) { c.encoding = Encoding::xnor; });
    bad([](ArraySpec& c) { c.columns = 3; });
    bad([](ArraySpec& c) { c.adc.bits = 0; });
    bad([](ArraySpec& c) {
        c.cell_bits = 1;
        c.offset = OffsetSource::unit_column;
    });
    ArraySpec c;
    EXPECT_THROW(Contraction(c, Matrix<std::int32_t>(4, 4, 200)), std::invalid_argument);
    Contraction good(c, Matrix<std::int32_t>(4, 4, 100));
    EXPECT_THROW(good.run(Matrix<std::int32_t>(1, 4, 256)), std::invalid_argument);
    EXPECT_THROW(good.run(Matrix<std::int32_t>(1, 4, -1)), std::invalid_argument);
    EXPECT_THROW(good.run(Matrix<std::int32_t>(1, 5, 1)), std::invalid_argument);
}
