#include <gtest/gtest.h>

#include "tests/values/network_layers.h"
#include "tests/values/values_support.h"

using namespace imc;

/// The large networks that ship: on every shipped chip, with every encoding, and with one bit too few.
class LargeNetwork : public testing::TestWithParam<const char*>
{
};

TEST_P(LargeNetwork, EqualsTheExactSumsInEveryLayerWithEnoughBitsAndOnlyThen)
{
    const test::FullRangeNetwork network(GetParam());
    for (const char* chip : {"isaac_rram", "digital_sram", "hermes_pcm", "pulse_count_sram"}) {
        const ChipConfig c = test::shipped_chip(chip);
        EXPECT_EQ(network.run(c.tiles[0].core.macro, c).different, 0) << chip;
    }
    const ChipConfig isaac = test::shipped_chip("isaac_rram");
    for (const Encoding encoding : test::encodings) {
        const MacroConfig macro = test::with_encoding(isaac.tiles[0].core.macro, encoding);
        EXPECT_EQ(network.run(macro, isaac).different, 0) << test::name_of(encoding);
    }
    const auto coarse = network.run(test::with_encoding(isaac.tiles[0].core.macro, Encoding::biased), isaac, 1);
    EXPECT_EQ(coarse.different, coarse.layers);
}

INSTANTIATE_TEST_SUITE_P(Shipped, LargeNetwork,
                         testing::Values("vgg8_cifar10", "mobilenetv2_cifar10", "resnet18", "vgg16"),
                         [](const auto& network) { return std::string(network.param); });
