#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "arch/program/untimed_run.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/mapping/build_program.h"
#include "sim/mapping/capacity.h"
#include "sim/run/deadlock.h"
#include "tests/chip/plain_chip.h"
#include "tests/chip/random_network.h"
#include "tests/chip/support.h"

// Random graphs that fork and join, mapped with the buffers the mapper computes as the least that keeps the pipeline
// from stopping: none of them stops, and with any of them smaller by one all stop.

namespace
{

using namespace imc;

ChipConfig small_chip() { return config::Document::load(test::chip_data("small_chip.json")).read<ChipConfig>(); }

/// Graphs in an ordinary run of the tests; IMCSIM_LONG_TESTS asks for the ten thousand.
std::uint64_t graphs()
{
    const char* more = std::getenv("IMCSIM_LONG_TESTS");
    return more && *more ? 10000 : 300;
}

program::Program program_of(const Graph& graph, const ChipConfig& chip, const mapping::Options& options)
{
    const mapping::PrecisionOptions precision;
    const mapping::Mapping mapping = mapping::map_network(graph, chip, precision, options);
    return mapping::build_program(mapping, graph, chip, precision, options);
}

void expect_no_deadlock(const mapping::Options& given, int slots, Multicast multicast = Multicast::copies,
                        ChipConfig chip = small_chip())
{
    chip.noc.router.multicast = multicast;
    chip.tiles.front().output_slots = slots;
    std::int64_t joins = 0, firings = 0;
    for (std::uint64_t seed = 0; seed < graphs(); ++seed) {
        RandomStream random(seed, "fork-join");
        const Graph graph = test::random_network(random, true);
        mapping::Options options = given;
        if (options.positions_per_copy > 0)
            options.positions_per_copy = 4 + static_cast<std::int64_t>(random.below(60));
        const program::Program program = program_of(graph, chip, options);
        for (const program::Actor& actor : program.actors)
            joins += actor.inputs.size() > 1;
        test::PlainChip plain(chip, program, seed);
        ASSERT_TRUE(plain.run(3)) << "graph " << seed << plain.blocked(3);
        firings += plain.firings();
    }
    EXPECT_GT(joins, static_cast<std::int64_t>(graphs()));
    EXPECT_GT(firings, static_cast<std::int64_t>(graphs()) * 100);
}

mapping::Options minimal()
{
    mapping::Options options;
    options.minimal_buffers = true;
    return options;
}

TEST(Deadlock, DoesNotOccurInRandomGraphsWithTheLeastBuffers) { expect_no_deadlock(minimal(), 2); }

TEST(Deadlock, DoesNotOccurWithASingleOutputSlotPerActor) { expect_no_deadlock(minimal(), 1); }

TEST(Deadlock, DoesNotOccurWithTrees) { expect_no_deadlock(minimal(), 1, Multicast::tree); }

TEST(Deadlock, DoesNotOccurWithFlitsFilledWithInput)
{
    for (const int flit_bits : {24, 64, 512}) {
        ChipConfig chip = small_chip();
        chip.noc.flit_bits = flit_bits;
        chip.noc.input_packets = InputPackets::flit;
        expect_no_deadlock(minimal(), 1, Multicast::copies, chip);
    }
}

TEST(Deadlock, DoesNotOccurWithReplicatedLayers)
{
    mapping::Options options = minimal();
    options.positions_per_copy = 1;
    expect_no_deadlock(options, 1);
}

/// A few of the small tiles; what has no room there is on tiles of one slower array with a narrower port.
TEST(Deadlock, DoesNotOccurBetweenTilesOfTwoTypes)
{
    ChipConfig chip = small_chip();
    TileConfig large = chip.tiles.front();
    large.name = "large";
    large.cores = 1;
    large.core.macro.arrays = 1;
    large.core.macro.rows = 128;
    large.core.macro.columns = 64;
    large.core.macro.read_latency_s *= 3;
    large.buffer.port_bits = 64;
    large.output_slots = 1;
    chip.tiles.front().count = 3;
    chip.tiles.push_back(large);
    expect_no_deadlock(minimal(), 2, Multicast::copies, chip);
    expect_no_deadlock(minimal(), 1, Multicast::tree, chip);
}

TEST(Deadlock, DoesNotOccurWithBuffersForOverlap) { expect_no_deadlock({}, 2); }

/// Maps random graphs on tiles whose buffers are a byte smaller than the fullest needs: what can wait elsewhere has to.
/// `look` gets each that fits, with its chip and seed.
template <class Look> void for_each_spilling(const mapping::Options& options, Look look)
{
    ChipConfig chip = small_chip();
    const std::int64_t ample = chip.tiles.front().buffer.bytes;
    for (std::uint64_t seed = 0; seed < graphs(); ++seed) {
        RandomStream random(seed, "fork-join");
        const Graph graph = test::random_network(random);
        chip.tiles.front().buffer.bytes = ample;
        const std::vector<std::int64_t> reserved = mapping::reserved_bits(program_of(graph, chip, minimal()));
        const std::int64_t most = *std::max_element(reserved.begin(), reserved.end() - 1);
        chip.tiles.front().buffer.bytes = (most + 7) / 8 - 1;
        program::Program program;
        try {
            program = program_of(graph, chip, options);
        } catch (const RunError&) {
            continue; // nothing of what the tile holds can wait elsewhere
        }
        look(chip, program, seed);
        if (testing::Test::HasFatalFailure())
            return;
    }
}

TEST(Deadlock, DoesNotOccurWhereRowsWaitInTheGlobalBuffer)
{
    int spilled = 0;
    for_each_spilling({}, [&](const ChipConfig& chip, const program::Program& program, std::uint64_t seed) {
        for (const program::Actor& actor : program.actors)
            spilled += actor.kind == program::ActorKind::spill;
        test::PlainChip plain(chip, program, seed);
        ASSERT_TRUE(plain.run(3)) << "graph " << seed << plain.blocked(3);
    });
    EXPECT_GT(spilled, 20);
}

/// What waits for want of one reserve must wait in a ring that goes through it.
testing::AssertionResult stops_at(const program::Flow& flow, const ChipConfig& chip, const program::Program& program,
                                  std::uint64_t seed)
{
    test::PlainChip plain(chip, program, seed);
    if (plain.run(1))
        return testing::AssertionFailure() << "it runs";
    const std::vector<ActorId> ring = run::ring_of_waits(program, plain.engines());
    for (std::size_t i = 0; i < ring.size(); ++i)
        if (ring[i] == flow.from && ring[(i + 1) % ring.size()] == flow.to)
            return testing::AssertionSuccess();
    return testing::AssertionFailure() << "another ring of " << ring.size() << plain.blocked(1);
}

/// Each reserve of each graph, one after the other, with a granule fewer than computed.
void expect_that_every_reserve_is_needed(mapping::Options options, int slots, std::int64_t copies = 0)
{
    ChipConfig chip = small_chip();
    chip.tiles.front().output_slots = slots;
    int tried = 0, ahead = 0;
    for (std::uint64_t seed = 0; seed < graphs(); ++seed) {
        RandomStream random(seed, "fork-join");
        const Graph graph = test::random_network(random);
        if (copies > 0)
            options.positions_per_copy = 1 + static_cast<std::int64_t>(random.below(60));
        program::Program program = program_of(graph, chip, options);
        for (program::Flow& flow : program.flows) {
            if (flow.capacity < 2)
                continue; // no room at all: not a program
            --flow.capacity;
            ASSERT_TRUE(stops_at(flow, chip, program, seed))
                << "graph " << seed << ": '" << program.actors[flow.from].name << "' to '"
                << program.actors[flow.to].name << "' with " << flow.capacity;
            ++flow.capacity;
            ++tried;
            ahead += program.actors[flow.to].inputs[flow.port].rows.kernel == 1;
        }
    }
    EXPECT_GT(tried, static_cast<int>(graphs()));
    EXPECT_GT(ahead, static_cast<int>(graphs()) / 4);
}

TEST(Deadlock, OccursWithAnyReserveSmallerThanComputed) { expect_that_every_reserve_is_needed(minimal(), 2); }

TEST(Deadlock, OccursWithAnyReserveSmallerThanComputedAndOneOutputSlot)
{
    expect_that_every_reserve_is_needed(minimal(), 1);
}

TEST(Deadlock, OccursWithAnyReserveSmallerThanComputedForReplicatedLayers)
{
    expect_that_every_reserve_is_needed(minimal(), 2, 1);
}

/// What waits in the global buffer keeps as few slots.
TEST(Deadlock, OccursWithAnySpillSmallerThanComputed)
{
    int spilled = 0;
    for_each_spilling(minimal(), [&](const ChipConfig& chip, program::Program& program, std::uint64_t seed) {
        for (program::Actor& actor : program.actors) {
            if (actor.kind != program::ActorKind::spill)
                continue;
            ++spilled;
            test::PlainChip least(chip, program, seed);
            ASSERT_TRUE(least.run(3)) << "graph " << seed << least.blocked(3);
            if (actor.output_slots < 2)
                continue;
            --actor.output_slots;
            test::PlainChip fewer(chip, program, seed);
            ASSERT_FALSE(fewer.run(1)) << "graph " << seed << ": '" << actor.name << "'";
            ++actor.output_slots;
        }
    });
    EXPECT_GT(spilled, 20);
}

/// The pipeline of a whole network, with copies on many tiles.
TEST(Deadlock, OccursWithAnyReserveOfResNet20SmallerThanComputed)
{
    const run::Experiment experiment = test::load_experiment(
        test::shipped_experiment("resnet20_rram"),
        {"mapping.minimal_buffers=true", "mapping.replication=balanced", "mapping.tile_budget=40"});
    program::Program program = run::map_experiment(experiment).program;
    EXPECT_TRUE(program::completes(program));
    for (program::Flow& flow : program.flows) {
        if (flow.capacity < 2)
            continue;
        --flow.capacity;
        EXPECT_FALSE(program::completes(program))
            << program.actors[flow.from].name << " to " << program.actors[flow.to].name;
        ++flow.capacity;
    }
}

} // namespace
