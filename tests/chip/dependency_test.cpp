#include <cstdlib>
#include <queue>

#include <gtest/gtest.h>

#include "arch/tile/tile_engine.h"
#include "tests/chip/support.h"

namespace
{

using namespace imc;

/// Tiles with infinite buffers and, if asked for, units for each actor, driven by a queue of wake-ups; each token is on
/// its way as long as arch/noc/README.md says for a network without contention. No kernel, no network module, no
/// credits.
class PlainTiles final : public tile::Surroundings
{
public:
    PlainTiles(const ChipConfig& chip, const program::Program& program, const MeshShape& mesh, bool separate_units)
        : chip_(chip), program_(program), mesh_(mesh), services_(chip, program, ledger_), directory_(program)
    {
        for (std::size_t t = 0; t < program.tiles; ++t) {
            tiles_.push_back(std::make_unique<tile::TileEngine>(
                program, directory_, TileId(t), services_,
                tile::Rules{.infinite_buffers = true, .separate_units = separate_units}, units_.emplace_back().units(),
                *this));
            wakes_.emplace(0, t);
        }
    }

    /// The cycle in which the last output of an inference is out.
    Cycle run()
    {
        tiles_[program_.memory_tile.value()]->permit(1, 0);
        while (!wakes_.empty()) {
            const auto [cycle, tile] = wakes_.top();
            while (!wakes_.empty() && wakes_.top() == Wake(cycle, tile))
                wakes_.pop();
            const Cycle next = tiles_[tile]->eval(cycle);
            if (next != never)
                wakes_.emplace(next, tile);
        }
        return last_output_;
    }

private:
    void send_token(Cycle created, program::FlowId id, std::int64_t token) override
    {
        const program::Flow& flow = program_.flows[id];
        const std::size_t from = program_.actors[flow.from].tile.value(), to = program_.actors[flow.to].tile.value();
        const Cycle flits = (flow.bits + chip_.noc.flit_bits - 1) / chip_.noc.flit_bits;
        const Cycle arrived = created + 5 * links(program_.endpoint[from], program_.endpoint[to]) + 7 + flits - 1;
        for (std::int64_t i = 0; i < flow.in_packet(token); ++i)
            tiles_[to]->receive_token(id, token + i, arrived + 1);
        wakes_.emplace(arrived + 1, to);
    }
    void kept_token(Cycle, program::FlowId, std::int64_t) override {}
    void send_credit(Cycle, program::FlowId, std::int64_t) override { FAIL() << "buffers are infinite"; }
    void request_macros(const tile::ActorState&, std::int64_t, Cycle) override { FAIL() << "macros have a schedule"; }
    void fired(const tile::ActorState& actor, std::int64_t, const tile::Firing&, Cycle, Cycle done) override
    {
        if (actor.actor->kind == program::ActorKind::sink)
            last_output_ = std::max(last_output_, done);
    }

    Cycle links(std::uint32_t a, std::uint32_t b) const
    {
        const auto router = [&](std::uint32_t endpoint) {
            const std::uint32_t own = mesh_.columns * mesh_.rows * mesh_.tiles_per_router;
            const std::uint32_t r =
                endpoint < own ? endpoint / mesh_.tiles_per_router : mesh_.extra_endpoints[endpoint - own];
            return std::pair{static_cast<int>(r % mesh_.columns), static_cast<int>(r / mesh_.columns)};
        };
        return std::abs(router(a).first - router(b).first) + std::abs(router(a).second - router(b).second);
    }

    const ChipConfig& chip_;
    const program::Program& program_;
    const MeshShape& mesh_;
    Ledger ledger_;
    tile::ServiceTable services_;
    tile::FlowDirectory directory_;
    std::deque<tile::PlainUnits> units_; // of each tile
    std::vector<std::unique_ptr<tile::TileEngine>> tiles_;
    using Wake = std::pair<Cycle, std::size_t>;
    std::priority_queue<Wake, std::vector<Wake>, std::greater<Wake>> wakes_;
    Cycle last_output_ = 0;
};

class Dependency : public testing::TestWithParam<std::string>
{
};

run::Experiment ideal_experiment(const std::string& name, const std::string& fidelity, bool units)
{
    return test::load_experiment(test::shipped_experiment(name),
                                 {"run.steady_state=false", "run.fidelity=" + fidelity, "run.ideal.network=true",
                                  "run.ideal.buffers=true", units ? "run.ideal.units=true" : "run.ideal.units=false"});
}

Cycle plainly(const run::Experiment& experiment, const run::Mapped& mapped)
{
    return PlainTiles(experiment.chip, mapped.program, mapped.mesh, experiment.run.ideal.units).run();
}

TEST_P(Dependency, IsTheScheduleOfAnIdealChipToTheCycle)
{
    const run::Experiment experiment = ideal_experiment(GetParam(), "dependency", true);
    const run::Mapped mapped = run::map_experiment(experiment);
    EXPECT_EQ(run::simulate(experiment, mapped, nullptr).cycles, plainly(experiment, mapped));
}

TEST_P(Dependency, EqualsFlitWhereTheChipIsIdeal)
{
    const run::Experiment experiment = ideal_experiment(GetParam(), "flit", true);
    const run::Mapped mapped = run::map_experiment(experiment);
    EXPECT_EQ(run::simulate(experiment, mapped, nullptr).cycles, plainly(experiment, mapped));
}

TEST_P(Dependency, LeavesOutWaitingForUnits)
{
    const run::Experiment experiment = ideal_experiment(GetParam(), "flit", false);
    const run::Mapped mapped = run::map_experiment(experiment);
    const Cycle real = plainly(experiment, mapped);
    EXPECT_EQ(run::simulate(experiment, mapped, nullptr).cycles, real);
    EXPECT_LE(PlainTiles(experiment.chip, mapped.program, mapped.mesh, true).run(), real);
}

/// With pixels that share packets: those that wait for a packet's last one are later for it.
TEST(DependencyOfFilledFlits, IsTheScheduleOfAnIdealChipToTheCycle)
{
    run::Experiment experiment = ideal_experiment("resnet20_sram", "flit", true);
    experiment.chip.noc.input_packets = InputPackets::flit;
    const run::Mapped mapped = run::map_experiment(experiment);
    EXPECT_EQ(run::simulate(experiment, mapped, nullptr).cycles, plainly(experiment, mapped));
}

std::vector<std::string> shipped()
{
    std::vector<std::string> names;
    for (const char* network : {"lenet5", "vgg8", "resnet20", "resnet18", "mobilenetv2_cifar10", "vgg16"})
        for (const char* chip : {"rram", "sram", "pcm", "hybrid"})
            names.push_back(std::string(network) + "_" + chip);
    return names;
}

INSTANTIATE_TEST_SUITE_P(Shipped, Dependency, testing::ValuesIn(shipped()),
                         [](const auto& name) { return name.param; });

} // namespace
