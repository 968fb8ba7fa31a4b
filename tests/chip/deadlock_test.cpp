#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/mapping/build_program.h"
#include "sim/mapping/capacity.h"
#include "tests/chip/plain_chip.h"
#include "tests/chip/random_network.h"
#include "tests/chip/support.h"

// Random graphs that fork and join, mapped with the buffers the mapper computes as the least that keeps the pipeline
// from stopping: none of them stops.

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

void expect_no_deadlock(const mapping::Options& given, int slots, Multicast multicast = Multicast::copies)
{
    ChipConfig chip = small_chip();
    chip.noc.router.multicast = multicast;
    std::int64_t joins = 0, firings = 0;
    for (std::uint64_t seed = 0; seed < graphs(); ++seed) {
        RandomStream random(seed, "fork-join");
        const Graph graph = test::random_network(random);
        mapping::Options options = given;
        if (options.positions_per_copy > 0)
            options.positions_per_copy = 4 + static_cast<std::int64_t>(random.below(60));
        program::Program program = program_of(graph, chip, options);
        for (program::Actor& actor : program.actors) {
            joins += actor.inputs.size() > 1;
            if (slots > 0)
                actor.output_slots = slots;
        }
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

TEST(Deadlock, DoesNotOccurInRandomGraphsWithTheLeastBuffers) { expect_no_deadlock(minimal(), 0); }

TEST(Deadlock, DoesNotOccurWithASingleOutputSlotPerActor) { expect_no_deadlock(minimal(), 1); }

TEST(Deadlock, DoesNotOccurWithTrees) { expect_no_deadlock(minimal(), 1, Multicast::tree); }

TEST(Deadlock, DoesNotOccurWithReplicatedLayers)
{
    mapping::Options options = minimal();
    options.positions_per_copy = 1;
    expect_no_deadlock(options, 1);
}

TEST(Deadlock, DoesNotOccurWithBuffersForOverlap) { expect_no_deadlock({}, 0); }

TEST(Deadlock, DoesNotOccurWhereRowsWaitInTheGlobalBuffer)
{
    ChipConfig chip = small_chip();
    const std::int64_t ample = chip.tiles.front().buffer.bytes;
    int spilled = 0;
    for (std::uint64_t seed = 0; seed < graphs(); ++seed) {
        RandomStream random(seed, "fork-join");
        const Graph graph = test::random_network(random);
        chip.tiles.front().buffer.bytes = ample;
        const std::vector<std::int64_t> reserved = mapping::reserved_bits(program_of(graph, chip, minimal()));
        // One byte less than the fullest tile needs: what can wait elsewhere has to.
        const std::int64_t most = *std::max_element(reserved.begin(), reserved.end() - 1);
        chip.tiles.front().buffer.bytes = (most + 7) / 8 - 1;
        program::Program program;
        try {
            program = program_of(graph, chip, {});
        } catch (const RunError&) {
            continue; // nothing of what the tile holds can wait elsewhere
        }
        for (const program::Actor& actor : program.actors)
            spilled += actor.kind == program::ActorKind::spill;
        test::PlainChip plain(chip, program, seed);
        ASSERT_TRUE(plain.run(3)) << "graph " << seed << plain.blocked(3);
    }
    EXPECT_GT(spilled, 20);
}

/// Of the flows that a join keeps rows of for a path that is behind, one with a row fewer than computed.
TEST(Deadlock, OccursInMostGraphsWithARowFewerThanComputed)
{
    const ChipConfig chip = small_chip();
    int tried = 0, stopped = 0;
    for (std::uint64_t seed = 0; seed < graphs(); ++seed) {
        RandomStream random(seed, "fork-join");
        const Graph graph = test::random_network(random);
        program::Program program = program_of(graph, chip, minimal());
        for (program::Actor& actor : program.actors)
            actor.output_slots = 1;
        for (std::size_t f = 0; f < program.flows.size(); ++f) {
            program::Flow& flow = program.flows[program::FlowId(f)];
            const program::Actor& to = program.actors[flow.to];
            const program::Input& input = to.inputs[flow.port];
            if (flow.message_class != MessageClass::activation || flow.capacity < 2 || input.rows.kernel > 1)
                continue;
            flow.capacity -= 1;
            test::PlainChip plain(chip, program, seed);
            ++tried;
            stopped += !plain.run(2);
            flow.capacity += 1;
        }
    }
    // What stands in output slots, and rows of few tokens, let some of these small maps through: most must stop.
    EXPECT_GT(tried, static_cast<int>(graphs() / 2));
    EXPECT_GT(2 * stopped, tried) << stopped << " of " << tried;
}

} // namespace
