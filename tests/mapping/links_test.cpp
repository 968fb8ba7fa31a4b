// What `map` says of the links of the network on chip, and copies that they feed.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/run/link_bounds.h"
#include "tests/chip/support.h"

namespace
{

using namespace imc;

run::Experiment replicated(const std::string& name, const std::string& replication, const std::string& tiles,
                           const std::string& channels = "1")
{
    return test::load_experiment(test::shipped_experiment(name),
                                 {"mapping.replication=" + replication, "mapping.tile_budget=" + tiles,
                                  "chip.noc.router.virtual_channels=" + channels});
}

double link_cycles(const run::Experiment& experiment, const run::Mapped& mapped)
{
    return static_cast<double>(run::link_bound(experiment, mapped, run::Served::in_all).cycles);
}

void expect_streams_as_links_and_layers_allow(const run::Experiment& experiment)
{
    const run::Mapped mapped = run::map_experiment(experiment);
    const double links = link_cycles(experiment, mapped);
    const double simulated = run::simulate(experiment, mapped, nullptr).interval_cycles;
    EXPECT_GE(simulated, links);
    EXPECT_LE(simulated, 1.05 * std::max(links, mapped.mapping.interval_cycles));
}

/// The links take 1.9 times what the slowest layer takes.
TEST(Links, DecideWhatLeNet5OnSramStreamsAtWithOneVirtualChannel)
{
    expect_streams_as_links_and_layers_allow(replicated("lenet5_sram", "balanced", "2"));
}
TEST(Links, DoNotDecideItWithFour)
{
    const run::Experiment experiment = replicated("lenet5_sram", "balanced", "2", "4");
    EXPECT_LT(link_cycles(experiment, run::map_experiment(experiment)),
              run::map_experiment(experiment).mapping.interval_cycles);
    expect_streams_as_links_and_layers_allow(experiment);
}

/// Ten pixels of 24 bits in a flit of 256: the memory node's link is no longer what ResNet-18 waits for.
TEST(Links, CarryMoreInputInFilledFlits)
{
    run::Experiment experiment = replicated("resnet18_pcm", "balanced", "52");
    const double pixels = link_cycles(experiment, run::map_experiment(experiment));
    experiment.chip.noc.input_packets = InputPackets::flit;
    const run::Mapped mapped = run::map_experiment(experiment);
    const double filled = link_cycles(experiment, mapped);
    EXPECT_LT(filled, 0.5 * pixels);
    EXPECT_LT(filled, mapped.mapping.interval_cycles);
    expect_streams_as_links_and_layers_allow(experiment);
}

TEST(Links, CarryOnePositionInTrees)
{
    EXPECT_THAT(
        [] {
            test::load_experiment(test::shipped_experiment("resnet18_pcm"),
                                  {"chip.noc.input_packets=flit", "chip.noc.router.multicast=tree"});
        },
        testing::ThrowsMessage<ConfigError>(testing::HasSubstr("noc.input_packets: 'flit' does not go with")));
}

struct Reached {
    double interval;
    std::int64_t arrays;
};

Reached reached(const std::string& name, const std::string& replication, const std::string& tiles)
{
    const run::Experiment experiment = replicated(name, replication, tiles);
    const run::Mapped mapped = run::map_experiment(experiment);
    return {std::max(mapped.mapping.interval_cycles, link_cycles(experiment, mapped)), mapped.mapping.arrays_used};
}

TEST(FedCopies, AreFewerAndFasterWhereLinksAreSlowerThanArrays)
{
    const Reached balanced = reached("vgg8_sram", "balanced", "100"), fed = reached("vgg8_sram", "fed", "100");
    EXPECT_LT(fed.interval, 0.8 * balanced.interval);
    EXPECT_LT(fed.arrays, balanced.arrays);
}

TEST(FedCopies, AreTheSameWhateverASimulationLeavesOut)
{
    const auto copies = [](bool ideal) {
        run::Experiment experiment = replicated("vgg8_sram", "fed", "100", "4");
        experiment.run.ideal.buffers = experiment.run.ideal.network = ideal;
        std::vector<int> counts;
        for (const auto& layer : run::map_experiment(experiment).mapping.layers)
            counts.push_back(layer.copies.count());
        return counts;
    };
    EXPECT_EQ(copies(true), copies(false));
}

TEST(FedCopies, AreThoseOfABalancedReplicationWhereLinksAreFaster)
{
    const Reached balanced = reached("vgg8_rram", "balanced", "68"), fed = reached("vgg8_rram", "fed", "68");
    EXPECT_EQ(fed.interval, balanced.interval);
    EXPECT_EQ(fed.arrays, balanced.arrays);
}

} // namespace
