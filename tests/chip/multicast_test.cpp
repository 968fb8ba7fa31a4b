#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/config/document.h"
#include "sim/base/files.h"
#include "sim/mapping/build_program.h"
#include "sim/mapping/placement.h"
#include "tests/chip/random_network.h"
#include "tests/chip/support.h"
#include "tests/cli/process.h"

// A token that several tiles read, as one packet that forks in the routers.

namespace
{

using namespace imc;
using nlohmann::json;
using test::TemporaryDirectory;

struct Traced {
    json result;
    json packets; ///< as --trace packets writes them
};

Traced traced(const std::string& name, const std::string& multicast, std::vector<std::string> changes)
{
    const TemporaryDirectory out;
    changes.insert(changes.end(), {"chip.noc.router.multicast=" + multicast, "run.steady_state=false"});
    std::vector<std::string> words{
        "run", test::shipped_experiment(name).string(), "--quiet", "--trace", "packets", "--out", out.path().string()};
    for (const std::string& change : changes)
        words.insert(words.end(), {"--set", change});
    const test::Ended ended = test::imcsim(words);
    EXPECT_EQ(ended.status, 0) << ended.err;
    const test::Ended alone = test::imcsim({"noc", "--compare", (out / "packets.json").string()});
    if (changes.front() == "run.fidelity=flit") {
        EXPECT_EQ(alone.status, 0) << alone.err;
    }
    return {json::parse(read_file(out / "result.json")), json::parse(read_file(out / "packets.json"))};
}

/// How often each endpoint gets packets of each length from each other.
std::map<std::vector<std::int64_t>, int> received(const Traced& r)
{
    std::map<std::vector<std::int64_t>, int> count;
    for (std::size_t i = 0; i < r.packets["packets"].size(); ++i) {
        const json& p = r.packets["packets"][i];
        ++count[{p[1], p[2], p[3], r.packets["classes"][i]}];
    }
    return count;
}

/// Links that a packet's flits pass, columns first; endpoints from columns × rows on sit at router 0.
std::set<std::pair<int, int>> links(const Traced& r, int source, int destination)
{
    const int columns = r.packets["mesh"][0], routers = columns * r.packets["mesh"][1].get<int>();
    const int end = destination < routers ? destination : 0;
    std::set<std::pair<int, int>> result;
    for (int at = source < routers ? source : 0; at != end;) {
        const int dx = end % columns - at % columns;
        const int next = dx > 0 ? at + 1 : dx < 0 ? at - 1 : end > at ? at + columns : at - columns;
        result.emplace(at, next);
        at = next;
    }
    return result;
}

/// Flits and flit-hops of all packets of a trace: those of a tree pass a link once.
std::pair<std::int64_t, std::int64_t> of_trace(const Traced& r)
{
    std::int64_t flits = 0, hops = 0;
    std::map<std::int64_t, std::set<std::pair<int, int>>> trees;
    for (std::size_t i = 0; i < r.packets["packets"].size(); ++i) {
        const json& p = r.packets["packets"][i];
        const auto way = links(r, p[1], p[2]);
        const std::int64_t group = r.packets.contains("groups") ? r.packets["groups"][i].get<std::int64_t>() : 0;
        if (group == 0) {
            flits += p[3].get<std::int64_t>();
            hops += p[3].get<std::int64_t>() * static_cast<std::int64_t>(way.size());
            continue;
        }
        flits += trees.contains(group) ? 0 : p[3].get<std::int64_t>();
        auto& tree = trees[group];
        for (const auto& link : way)
            if (tree.insert(link).second)
                hops += p[3].get<std::int64_t>();
    }
    return {flits, hops};
}

class Multicast : public testing::TestWithParam<const char*>
{
};

TEST_P(Multicast, DeliversWhatCopiesDeliverWithFewerFlits)
{
    const Traced copies = traced(GetParam(), "copies", {"run.fidelity=flit"}),
                 tree = traced(GetParam(), "tree", {"run.fidelity=flit"});
    EXPECT_EQ(received(tree), received(copies));
    EXPECT_TRUE(tree.packets.contains("groups"));
    EXPECT_FALSE(copies.packets.contains("groups"));
    for (const char* count : {"flits", "flit_hops", "noc.flit_hop", "noc.flit_router"})
        EXPECT_LT(tree.result["counts"][count], copies.result["counts"][count]) << count;
    EXPECT_LT(tree.result["energy_j"], copies.result["energy_j"]);
    EXPECT_TRUE(tree.result["warnings"] == copies.result["warnings"]);
}

TEST_P(Multicast, BooksTheFlitsThatTheTreesHave)
{
    const Traced tree = traced(GetParam(), "tree", {"run.fidelity=flit"});
    const auto [flits, hops] = of_trace(tree);
    const json& counts = tree.result["counts"];
    EXPECT_EQ(counts["flits"], flits);
    EXPECT_EQ(counts["flit_hops"], hops); // what the routers counted
    EXPECT_EQ(counts["noc.flit_hop"], hops);
    EXPECT_EQ(counts["noc.flit_router"], flits + hops); // a router for each link and the one it starts in
}

TEST_P(Multicast, IsAlwaysCompleteWhereAllReceiversHaveRoom)
{
    const Traced ideal = traced(GetParam(), "tree", {"run.fidelity=dependency"});
    const auto [flits, hops] = of_trace(ideal);
    EXPECT_EQ(ideal.result["counts"]["noc.flit_hop"], hops);
    EXPECT_EQ(ideal.result["counts"]["flits"], flits);
    EXPECT_EQ(ideal.result["counts"]["flit_hops"], hops);
    // The computed rung takes trees as complete; it counts credits, the ideal run has none.
    std::vector<std::string> sideband = {"run.fidelity=bound", "chip.noc.credits=sideband"};
    const Traced bound = traced(GetParam(), "tree", sideband);
    EXPECT_EQ(bound.result["counts"]["noc.flit_hop"], hops);
    EXPECT_EQ(bound.result["counts"]["noc.flit_router"], flits + hops);
}

TEST_P(Multicast, KeepsTheOrderOfTheRungs)
{
    std::int64_t below = 1;
    for (const char* rung : {"compute", "bound", "dependency", "flit"}) {
        const Traced r = traced(GetParam(), "tree", {std::string("run.fidelity=") + rung});
        EXPECT_GE(r.result["cycles"], below) << rung;
        below = r.result["cycles"];
        EXPECT_GE(below,
                  std::string(rung) == "flit" ? r.result["lower_bounds_cycles"]["network"].get<std::int64_t>() : 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Shipped, Multicast, testing::Values("vgg8_rram", "resnet20_rram"));

TEST(MulticastTree, IsNotUsedForPacketsLongerThanABuffer)
{
    const Traced r =
        traced("vgg8_rram", "tree", {"run.fidelity=flit", "chip.noc.flit_bits=16", "chip.noc.router.buffer_flits=4"});
    const auto [flits, hops] = of_trace(r);
    EXPECT_EQ(r.result["counts"]["noc.flit_hop"], hops);
    for (std::size_t i = 0; i < r.packets["packets"].size(); ++i)
        if (r.packets["packets"][i][3] > 4 && r.packets.contains("groups")) {
            EXPECT_EQ(r.packets["groups"][i], 0) << i;
        }
}

/// Each in a process of its own; 0 if all outputs came out.
int simulated_apart(const run::Experiment& experiment, const run::Mapped& mapped)
{
    std::cout.flush();
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            run::simulate(experiment, mapped, nullptr);
        } catch (const std::exception& e) {
            std::cerr << e.what() << "\n";
            std::_Exit(1);
        }
        std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

TEST(MulticastTree, StopsNoRandomGraphWithTheLeastBuffers)
{
    const char* more = std::getenv("IMCSIM_LONG_TESTS");
    const std::uint64_t graphs = more && *more ? 2000 : 60;
    run::Experiment experiment;
    experiment.chip = config::Document::load(test::chip_data("small_chip.json")).read<ChipConfig>();
    experiment.chip.noc.router.multicast = imc::Multicast::tree;
    experiment.mapping.minimal_buffers = true;
    experiment.run.steady_state = false;
    experiment.run.inferences = 3;
    for (std::uint64_t seed = 0; seed < graphs; ++seed) {
        RandomStream random(seed, "fork-join");
        run::Mapped mapped;
        mapped.graph = test::random_network(random);
        experiment.chip.tiles.front().output_slots = 1 + static_cast<int>(seed % 3);
        mapped.mapping = mapping::map_network(mapped.graph, experiment.chip, experiment.precision, experiment.mapping);
        mapped.program = mapping::build_program(mapped.mapping, mapped.graph, experiment.chip, experiment.precision,
                                                experiment.mapping);
        mapped.mesh.columns = static_cast<std::uint32_t>(mapped.mapping.columns);
        mapped.mesh.rows = static_cast<std::uint32_t>(mapped.mapping.rows);
        mapped.mesh.extra_endpoints = {0};
        mapped.program.endpoint = mapping::place(mapped.program, mapped.mesh, experiment.mapping, seed);
        ASSERT_EQ(simulated_apart(experiment, mapped), 0) << "graph " << seed;
    }
}

} // namespace
