#include "tests/chip/support.h"

#include <gtest/gtest.h>

// One layer whose time can be worked out on paper: a 1x1 convolution 128 -> 32 on a 28x28 map, inputs of 8 bits
// applied bit by bit, weights of 8 bits on 2-bit cells, so that the layer fills one array of 128x128 cells. Each bit
// takes an array read of 100 ns and 128 conversions of the array's only converter, at 1.28 GS/s another 100 ns. The
// sample-and-hold is double buffered: reads hide behind conversions, but for the first one.

namespace
{

using namespace imc;

constexpr Cycle positions = 28 * 28;
constexpr Cycle each = 8 * 100;     // 8 bits x 128 conversions / 1.28 GS/s
constexpr Cycle first = 100 + each; // the first read has nothing to hide behind
constexpr Cycle arrays_time = (positions - 1) * each + first;

// What surrounds the arrays in data/one_array_chip.json, in cycles of its 1 GHz clock.
constexpr Cycle fetch = 128 * 8 / 256;                // an input vector from the buffer: 4 accesses of 1 ns in turn
constexpr Cycle shift_add = 1;                        // the last result through the shift-add
constexpr Cycle bus = (32 * (8 + 8 + 7) + 255) / 256; // 32 sums of 23 bits over the core's bus of 256 bits
constexpr Cycle vector_passes = 2;                    // bias and requantisation of 32 values on 64 lanes, a cycle each
constexpr Cycle vector_unit = vector_passes - 1 + 4;  // and the depth of its pipeline
constexpr Cycle layer_fixed = fetch + shift_add + bus + vector_unit;

TEST(WorkedCase, ThePaperFigureIsTheOneOfTheArrays) { EXPECT_EQ(arrays_time, 627300); }

TEST(WorkedCase, TheLayerTakesItsArraysTimeAndTheStatedFixedLatency)
{
    const run::Result r = test::simulate(test::load_experiment(test::chip_data("worked_experiment.json")));
    ASSERT_EQ(r.layers.size(), 1u);
    const run::LayerResult& layer = r.layers[0];
    EXPECT_EQ(layer.end_cycle - layer.start_cycle, arrays_time + layer_fixed);
    EXPECT_EQ(layer.stall_cycles, 0);
}

TEST(WorkedCase, TheWholeInferenceAddsTheWayInAndOut)
{
    const run::Result r = test::simulate(test::load_experiment(test::chip_data("worked_experiment.json")));
    // Pins of 51.2 Gbit/s take 20 cycles for the first 1024 bits, then the global buffer answers after 4.
    constexpr Cycle source = 20 - 1 + 4;
    // Registered on both sides of the network: sent a cycle after it is known, seen a cycle after it has arrived. A
    // router between two of its own ports: 5 H + 7 + L - 1 cycles with H = 0 links, L flits of 256 bits.
    const auto packet = [](Cycle flits) { return 1 + 7 + flits - 1 + 1; };
    constexpr Cycle sink = 5 - 1 + 4; // 256 bits over the pins
    EXPECT_EQ(r.layers.at(0).start_cycle, source + packet(4));
    EXPECT_EQ(r.cycles, source + packet(4) + arrays_time + layer_fixed + packet(1) + sink);
    EXPECT_DOUBLE_EQ(r.latency_s, static_cast<double>(r.cycles) * 1e-9);
}

TEST(WorkedCase, EveryColumnOfEveryBitOfEveryPositionIsConvertedOnce)
{
    const run::Result r = test::simulate(test::load_experiment(test::chip_data("worked_experiment.json")));
    EXPECT_EQ(r.counts.at("adc.conversion"), 802816);
    EXPECT_EQ(r.counts.at("dac.drive"), positions * 8 * 128);
    EXPECT_EQ(r.counts.at("array.cell_read"), positions * 8 * 128 * 128);
    const auto& adc = r.energy_by_component[static_cast<std::size_t>(Component::adc)];
    // 802,816 conversions of 2 mW / 1.28 GS/s = 1.5625 pJ: in quanta of 1e-21 J.
    EXPECT_EQ(static_cast<std::int64_t>(adc[0].quanta()), 802816 * std::int64_t{1562500000});
    EXPECT_EQ(r.macs, std::int64_t{28} * 28 * 128 * 32);
}

TEST(WorkedCase, ASingleSampleAndHoldSerialisesReadAndConversion)
{
    const run::Result r = test::simulate(test::load_experiment(test::chip_data("worked_experiment.json"),
                                                               {"chip.tiles[0].core.macro.sample_hold.banks=1"}));
    EXPECT_EQ(r.layers.at(0).end_cycle - r.layers.at(0).start_cycle, positions * 8 * (100 + 100) + layer_fixed);
}

} // namespace
