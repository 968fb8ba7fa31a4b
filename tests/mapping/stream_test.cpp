#include <gtest/gtest.h>

#include "tests/chip/support.h"

namespace
{

using namespace imc;

/// What is simulated streams at the interval that was computed: nothing but the slowest layer's arrays limits it.
void expect_streams_as_mapped(const std::string& name, const std::string& tiles, const std::string& channels = "1")
{
    const run::Experiment experiment = test::load_experiment(
        test::shipped_experiment(name), {"mapping.replication=balanced", "mapping.tile_budget=" + tiles,
                                         "chip.noc.router.virtual_channels=" + channels});
    const run::Mapped mapped = run::map_experiment(experiment);
    const run::Result r = run::simulate(experiment, mapped, nullptr);
    EXPECT_GE(r.interval_cycles, 0.999 * mapped.mapping.interval_cycles);
    EXPECT_LE(r.interval_cycles, 1.01 * mapped.mapping.interval_cycles);
}

TEST(ReplicatedNetworks, StreamLeNet5AtTheMappedInterval) { expect_streams_as_mapped("lenet5_rram", "4"); }
TEST(ReplicatedNetworks, StreamVgg8AtTheMappedInterval) { expect_streams_as_mapped("vgg8_rram", "68"); }
TEST(ReplicatedNetworks, StreamResNet20AtTheMappedInterval) { expect_streams_as_mapped("resnet20_rram", "40"); }
TEST(ReplicatedNetworks, StreamResNet20OnPcmAtTheMappedInterval) { expect_streams_as_mapped("resnet20_pcm", "20"); }

/// A router with one virtual channel starts a packet only when the one before has left: with many short packets that is
/// what limits fast chips.
TEST(ReplicatedNetworks, StreamLeNet5OnSramAtTheMappedIntervalWithFourVirtualChannels)
{
    expect_streams_as_mapped("lenet5_sram", "2", "4");
}
TEST(ReplicatedNetworks, StreamVgg8OnPcmAtTheMappedIntervalWithFourVirtualChannels)
{
    expect_streams_as_mapped("vgg8_pcm", "52", "4");
}

} // namespace
