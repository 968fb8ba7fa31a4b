#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/values/mapped_network.h"
#include "tests/values/network_layers.h"
#include "tests/values/values_support.h"
#include "workloads/network.h"
#include "workloads/transform/quantise.h"
#include "workloads/transform/randomise.h"

using namespace imc;
using namespace imc::values;

namespace
{

constexpr const char* networks[] = {"lenet5", "resnet20_cifar10"};

} // namespace

TEST(MappedNetwork, EveryLayerEqualsTheExactSumsWithEveryEncodingAndEnoughBits)
{
    const ChipConfig isaac = test::shipped_chip("isaac_rram");
    for (const char* name : networks) {
        const test::FullRangeNetwork network(name);
        for (const Encoding encoding : test::encodings) {
            const auto seen = network.run(test::with_encoding(isaac.tiles[0].core.macro, encoding), isaac);
            EXPECT_EQ(seen.different, 0) << name << " " << test::name_of(encoding);
            EXPECT_GT(seen.layers, 4);
        }
    }
}

TEST(MappedNetwork, EveryShippedChipComputesItsNetworksExactlyWithEnoughBits)
{
    for (const char* name : networks) {
        const test::FullRangeNetwork network(name);
        for (const char* chip : {"isaac_rram", "digital_sram", "hermes_pcm", "pulse_count_sram"}) {
            const ChipConfig c = test::shipped_chip(chip);
            EXPECT_EQ(network.run(c.tiles[0].core.macro, c).different, 0) << name << " " << chip;
        }
    }
}

TEST(MappedNetwork, OneBitLessShowsInEveryLayerWithEveryEncoding)
{
    const ChipConfig isaac = test::shipped_chip("isaac_rram");
    const test::FullRangeNetwork network("lenet5");
    for (const Encoding encoding : test::encodings) {
        const auto seen = network.run(test::with_encoding(isaac.tiles[0].core.macro, encoding), isaac, 1);
        EXPECT_EQ(seen.different, seen.layers) << test::name_of(encoding);
    }
}

TEST(MappedNetwork, CopiesRowOrderAndPackedGroupsDoNotChangeWhatIsComputed)
{
    RandomStream random(6, "network");
    const ChipConfig isaac = test::shipped_chip("isaac_rram");
    const Graph graph = with_random_weights(load_network(test::configs / "networks" / "lenet5.json"), 3);
    TensorData pixels(ElementType::float32, 28 * 28);
    for (float& p : pixels.as<float>())
        p = static_cast<float>(random.uniform());
    const std::vector<Value> image = {Value(graph.tensor(graph.inputs[0]).shape, std::move(pixels))};
    const Graph quantised = quantise(graph, calibrate(graph, std::vector<std::vector<Value>>{image}));
    const auto golden = execute(quantised, image);
    mapping::Options options;
    options.row_order = mapping::RowOrder::kernel;
    options.positions_per_copy = 100;
    const mapping::Mapping mapping = mapping::map_network(graph, isaac, {}, options);
    EXPECT_GT(mapping.layers[1].copies.count(), 1);
    const MappedNetwork mapped(quantised, graph, mapping, isaac.tiles[0].core.macro, {}, options, {});
    const auto seen = ChipInstance(mapped, nullptr).run(image, 0, 0);
    EXPECT_EQ(seen[0].to_reals(), golden[0].to_reals());
}
