#include <gtest/gtest.h>

#include "tests/chip/support.h"

// Two streams of packets of 8 flits, from routers 0 and 1 to routers 2 and 3 of one row of a 4 x 2 mesh: both pass the
// link from router 1 to router 2. With the second one in the other row they share nothing.

namespace
{

using namespace imc;
using program::Actor;
using program::ActorKind;

constexpr int rows = 64, columns = 16;
constexpr std::int64_t tokens = rows * columns;
constexpr std::int64_t flits = 8;

struct Net {
    program::Program program;

    ActorId add(const char* name, ActorKind kind, std::size_t tile, int inputs)
    {
        Actor actor;
        actor.name = name;
        actor.kind = kind;
        actor.tile = TileId(tile);
        actor.share = program::whole(rows, columns);
        actor.inputs.assign(static_cast<std::size_t>(inputs),
                            {program::Reach::same(rows), program::Reach::same(columns)});
        if (kind == ActorKind::vector)
            actor.work.vector = {{program::VectorFunction::copy, 1}};
        else
            actor.work.memory_bits = 8;
        return program.actors.push_back(std::move(actor));
    }
    void join(ActorId from, ActorId to, std::size_t port, std::int64_t bits)
    {
        program::Flow flow;
        flow.from = from;
        flow.to = to;
        flow.port = port;
        flow.region = program::whole(rows, columns);
        flow.bits = bits;
        flow.granule = columns;
        flow.capacity = 8;
        program.flows.push_back(flow);
    }
};

/// Cycles of one inference with the second stream between these routers.
Cycle cycles(std::uint32_t from, std::uint32_t to)
{
    run::Experiment experiment = test::load_experiment(test::chip_data("worked_experiment.json"));
    Net net;
    const ActorId source = net.add("source", ActorKind::source, 4, 0);
    const ActorId a = net.add("a", ActorKind::vector, 0, 1), b = net.add("b", ActorKind::vector, 1, 1);
    const ActorId c = net.add("c", ActorKind::vector, 2, 1), d = net.add("d", ActorKind::vector, 3, 1);
    const ActorId sink = net.add("sink", ActorKind::sink, 4, 2);
    net.join(source, a, 0, 8);
    net.join(source, b, 0, 8);
    net.join(a, c, 0, flits * experiment.chip.noc.flit_bits);
    net.join(b, d, 0, flits * experiment.chip.noc.flit_bits);
    net.join(c, sink, 0, 8);
    net.join(d, sink, 1, 8);
    net.program.tiles = 5;
    net.program.memory_tile = TileId(4);
    net.program.endpoint = {0, from, 2, to, 8};
    program::check(net.program);

    run::Mapped mapped;
    mapped.program = std::move(net.program);
    mapped.mesh = {4, 2, 1, {0}};
    mapped.mapping.tiles = 4;
    mapped.mapping.types.push_back({.tiles = 4});
    mapped.mapping.memory_tile = TileId(4);
    return run::simulate(experiment, mapped, nullptr).cycles;
}

TEST(Link, SharedByTwoFlowsTakesTheTimeOfBoth) { EXPECT_GE(cycles(1, 3), 2 * flits * tokens); }

TEST(Link, OfItsOwnForEachFlowTakesTheTimeOfOne)
{
    const Cycle time = cycles(5, 7);
    EXPECT_GE(time, flits * tokens);
    EXPECT_LT(time, 2 * flits * tokens); // packets of one flow leave gaps, but never as many as a second flow fills
}

} // namespace
