#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "tests/chip/random_network.h"
#include "tests/chip/support.h"

// Each rung knows of more that takes time than the one below it: what it says is not less.

namespace
{

using namespace imc;

constexpr std::int64_t inferences = 24;

struct Times {
    double latency = 0.0;
    double interval = 0.0; ///< as the result says
    double first = 0.0;    ///< end of the first inference, which is alone
    double last = 0.0;     ///< of `inferences`
    bool settled = false;  ///< the intervals repeat
};

/// In a process of its own, as the kernel allows one elaboration.
Times simulated_apart(run::Experiment experiment, const run::Mapped& mapped, run::Fidelity fidelity)
{
    experiment.run.fidelity = fidelity;
    int ends[2];
    if (::pipe(ends) != 0)
        throw std::runtime_error("no pipe");
    std::cout.flush();
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            const run::Result result = run::simulate(experiment, mapped, nullptr);
            Times times{static_cast<double>(result.cycles), result.interval_cycles, 0.0, 0.0,
                        result.interval_period > 0};
            if (!result.completions.empty()) {
                times.first = static_cast<double>(result.completions.front());
                times.last = static_cast<double>(result.completions.at(inferences - 1));
            }
            std::_Exit(::write(ends[1], &times, sizeof times) == sizeof times ? 0 : 1);
        } catch (const std::exception& e) {
            std::cerr << e.what() << "\n";
            std::_Exit(1);
        }
    }
    Times times;
    ::close(ends[1]);
    EXPECT_EQ(::read(ends[0], &times, sizeof times), static_cast<ssize_t>(sizeof times));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    return times;
}

GatingConfig random_gating(RandomStream& random)
{
    GatingConfig gating;
    gating.gate_after_s = 1e-9 * static_cast<double>(1 + random.below(2000));
    gating.wake_s = 1e-9 * static_cast<double>(random.below(200));
    gating.gated_leakage = 0.1;
    return gating;
}

/// Tiles of many sizes whose ports, units, buffers and links are scarce in turn, and all ways to share them.
run::Experiment random_experiment(RandomStream& random)
{
    const auto one_of = [&](std::initializer_list<int> values) {
        return *(values.begin() + random.below(values.size()));
    };
    run::Experiment e;
    e.chip = config::Document::load(test::chip_data("small_chip.json")).read<ChipConfig>();
    TileConfig& tile = e.chip.tiles.front();
    tile.cores = one_of({1, 2, 4, 8});
    tile.core.macro.arrays = one_of({1, 2, 4});
    tile.core.macro.adcs = one_of({1, 2, 8, 32});
    tile.core.bus.width_bits = one_of({16, 64, 256});
    tile.core.double_buffered_input = random.below(2) > 0;
    tile.buffer.port_bits = one_of({8, 32, 256});
    tile.vector_unit.lanes = one_of({1, 2, 8, 64});
    tile.accumulator.lanes = one_of({1, 4, 32});
    tile.output_slots = one_of({1, 2, 4});
    tile.output_register.bytes = one_of({16, 256, 4096});
    e.chip.noc.flit_bits = one_of({16, 32, 128});
    e.chip.noc.tiles_per_router = one_of({1, 2});
    e.chip.noc.router.virtual_channels = one_of({1, 2});
    e.chip.noc.router.buffer_flits = one_of({4, 8});
    e.chip.noc.router.multicast = random.below(2) > 0 ? Multicast::tree : Multicast::copies;
    if (random.below(4) == 0)
        tile.core.macro_gating = random_gating(random);
    if (random.below(4) == 0)
        tile.gating = random_gating(random);
    e.mapping.share_tiles = random.below(2) > 0;
    e.mapping.minimal_buffers = random.below(4) == 0;
    switch (random.below(4)) {
    case 0:
        break;
    case 1:
        e.mapping.positions_per_copy = one_of({4, 9, 20});
        break;
    default:
        e.mapping.replication = mapping::Replication::balanced;
        e.mapping.tile_budget = one_of({2, 5, 10, 20});
    }
    if (e.chip.noc.router.multicast == Multicast::copies && random.below(2) > 0)
        e.chip.noc.input_packets = InputPackets::flit;
    e.mapping.placement = mapping::Placement::snake;
    e.run.inferences = inferences;
    return e;
}

TEST(Ladder, RisesForRandomNetworksOnRandomChips)
{
    const char* more = std::getenv("IMCSIM_LONG_TESTS");
    const std::uint64_t cases = more && *more ? 2000 : 200;
    std::uint64_t fit = 0, copied = 0, reached = 0, settled = 0, close = 0;
    for (std::uint64_t seed = 0; seed < cases; ++seed) {
        RandomStream random(seed, "ladder");
        Graph graph = test::random_network(random, true);
        const run::Experiment experiment = random_experiment(random);
        run::Mapped mapped;
        try {
            mapped = run::map_experiment(experiment, std::move(graph));
        } catch (const RunError&) {
            continue; // the buffers are too small
        }
        ++fit;
        copied += std::any_of(mapped.mapping.layers.begin(), mapped.mapping.layers.end(),
                              [](const auto& layer) { return layer.copies.count() > 1; });
        const Times bound = simulated_apart(experiment, mapped, run::Fidelity::bound);
        const Times dependency = simulated_apart(experiment, mapped, run::Fidelity::dependency);
        const Times flit = simulated_apart(experiment, mapped, run::Fidelity::flit);
        EXPECT_LE(bound.latency, dependency.latency) << "case " << seed;
        EXPECT_LE(bound.latency, flit.latency) << "case " << seed;
        EXPECT_LE(dependency.latency, flit.latency) << "case " << seed;
        EXPECT_LE(dependency.last, flit.last) << "case " << seed;
        EXPECT_LE(bound.interval, dependency.interval) << "case " << seed;
        if (flit.settled) { // else a mean of eight intervals of many lengths, and the result warns
            EXPECT_LE(dependency.interval, flit.interval) << "case " << seed;
            ++settled;
        }
        // All but the last of those streamed have been served in full when the last is out: that result.json says no
        // interval below the bound does not hide one that is.
        const double streamed = flit.last - flit.first;
        EXPECT_LE((inferences - 2) * bound.interval, streamed) << "case " << seed;
        reached += (inferences - 2) * bound.interval > 0.9 * streamed;
        close += dependency.latency > 0.9 * flit.latency;
    }
    EXPECT_GT(settled, cases / 2);
    EXPECT_GT(close, cases / 4) << "the schedule says little";
    EXPECT_GT(fit, cases * 9 / 10);
    EXPECT_GT(copied, cases / 3);
    EXPECT_GT(reached, cases / 4) << "the bound of the interval says little";
}

} // namespace
