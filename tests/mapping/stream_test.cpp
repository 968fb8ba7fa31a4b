#include <gtest/gtest.h>

#include "tests/chip/support.h"

namespace
{

using namespace imc;

/// What is simulated streams at the interval that was computed: nothing but the slowest layer's arrays limits it.
void expect_streams_as_mapped(const std::string& name, const std::string& tiles)
{
    const run::Experiment experiment = test::load_experiment(
        test::shipped_experiment(name), {"mapping.replication=balanced", "mapping.tile_budget=" + tiles});
    const run::Mapped mapped = run::map_experiment(experiment);
    const run::Result r = run::simulate(experiment, mapped, nullptr);
    EXPECT_GE(r.interval_cycles, 0.999 * mapped.mapping.interval_cycles);
    EXPECT_LE(r.interval_cycles, 1.01 * mapped.mapping.interval_cycles);
}

TEST(ReplicatedNetworks, StreamLeNet5AtTheMappedInterval) { expect_streams_as_mapped("lenet5_rram", "4"); }
TEST(ReplicatedNetworks, StreamVgg8AtTheMappedInterval) { expect_streams_as_mapped("vgg8_rram", "68"); }
TEST(ReplicatedNetworks, StreamResNet20AtTheMappedInterval) { expect_streams_as_mapped("resnet20_rram", "40"); }
TEST(ReplicatedNetworks, StreamResNet20OnPcmAtTheMappedInterval) { expect_streams_as_mapped("resnet20_pcm", "20"); }

} // namespace
