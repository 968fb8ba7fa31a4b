#include "arch/config/macro.h"

#include <stdexcept>

#include <gtest/gtest.h>

using namespace imc;

namespace
{

TEST(RequiredBits, CoverEveryColumnSum)
{
    EXPECT_EQ(required_bits(128, 2, 1, false, Encoding::biased), 9); // 0 … 384
    EXPECT_EQ(required_bits(127, 1, 1, false, Encoding::biased), 7); // 0 … 127
    EXPECT_EQ(required_bits(128, 1, 1, false, Encoding::biased), 8); // 0 … 128
    EXPECT_EQ(required_bits(128, 1, 1, true, Encoding::differential_analog), 9);
    EXPECT_EQ(required_bits(1, 1, 1, false, Encoding::biased), 1);
}

TEST(RequiredBits, AreEightForIsaacOnlyWithItsEncoding)
{
    EXPECT_EQ(required_bits(128, 2, 1, false, Encoding::biased_flip), 8);
    EXPECT_EQ(required_bits(128, 2, 1, false, Encoding::biased), 9);
}

TEST(RequiredBits, FollowActiveRowsAndEncodingOfTheMacro)
{
    MacroConfig config;
    config.encoding = Encoding::differential_analog;
    config.active_rows = 16;
    config.cell.bits = 1;
    EXPECT_EQ(required_bits(config, 128, false, 8), 6); // −16 … 16: 33 values
    config.encoding = Encoding::differential_digital;
    EXPECT_EQ(required_bits(config, 128, false, 8), 5); // 0 … 16: 17 values
    EXPECT_EQ(required_bits(config, 15, false, 8), 4);
}

TEST(RequiredBits, RefuseWhatIsNotPositive)
{
    EXPECT_THROW(required_bits(0, 1, 1, false, Encoding::biased), std::invalid_argument);
    EXPECT_THROW(required_bits(1, 0, 1, false, Encoding::biased), std::invalid_argument);
    EXPECT_THROW(required_bits(1, 1, 99, false, Encoding::biased), std::invalid_argument);
}

TEST(Encoding, WeightsTakeColumnsBySlicesAndPairs)
{
    MacroConfig config;
    EXPECT_EQ(columns_per_weight(config, 8), 4);
    EXPECT_EQ(weights_per_row(config, 8), 32);
    config.encoding = Encoding::offset_column;
    EXPECT_EQ(weights_per_row(config, 8), 31);
    config.encoding = Encoding::differential_digital;
    config.cell.bits = 4;
    EXPECT_EQ(columns_per_weight(config, 8), 4);
    config.family = MacroFamily::digital_adder_tree;
    config.encoding = Encoding::twos_complement;
    config.cell.bits = 1;
    config.digital.weight_bits = 4;
    EXPECT_EQ(columns_per_weight(config, 6), 8) << "two trees of four bits";
}

TEST(Encoding, WordsOfABitSerialMacroMayHaveAnyWidth)
{
    // Colonnade (Kim et al., JSSC 2021): floor(128 / (W + 7)) words of W bits beside each other.
    MacroConfig config;
    config.family = MacroFamily::digital_bit_serial;
    config.encoding = Encoding::twos_complement;
    config.cell.bits = 1;
    config.rows = config.columns = 128;
    for (int bits = 1; bits <= 16; ++bits) {
        config.digital.weight_bits = bits;
        EXPECT_EQ(weights_per_row(config, bits), 128 / (bits + 7)) << bits;
    }
    config.digital.weight_bits = 6;
    EXPECT_EQ(columns_per_weight(config, 4), 13) << "a word that is not filled";
    EXPECT_EQ(columns_per_weight(config, 8), 26) << "two words";
}

TEST(Encoding, SignedInputsTakeTheSlicesOfTheirMagnitudeUnlessTwosComplement)
{
    MacroConfig config;
    EXPECT_EQ(input_slices(config, 8, true), 8);
    config.input.signed_input = SignedInput::two_phases;
    EXPECT_EQ(input_slices(config, 8, true), 7);
    EXPECT_EQ(input_slices(config, 8, false), 8);
    config.input.slice_bits = 4;
    EXPECT_EQ(input_slices(config, 8, true), 2);
}

} // namespace
