#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>
#include <tuple>

#include <gtest/gtest.h>

#include "arch/noc/mesh.h"
#include "sim/base/random.h"
#include "tests/noc/reference_mesh.h"

using namespace imc;

namespace
{

struct Send {
    Cycle created;
    Packet packet;
    std::vector<std::uint32_t> destinations;
};

struct Case {
    MeshShape shape;
    RouterConfig router;
    std::vector<Send> sends;
    std::string text;
};

/// Message classes on random disjoint sets of channels, some of them shared.
void split_classes(RouterConfig& router, RandomStream& random)
{
    const auto lanes = 1 + static_cast<std::int64_t>(random.below(router.virtual_channels));
    std::vector<std::vector<std::int64_t>> sets(static_cast<std::size_t>(lanes));
    for (std::int64_t v = 0; v < router.virtual_channels; ++v)
        sets[static_cast<std::size_t>(
                 v < lanes ? v : static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(lanes))))]
            .push_back(v);
    for (auto* set : {&router.message_classes.activation, &router.message_classes.partial_sum,
                      &router.message_classes.weight, &router.message_classes.control})
        *set = sets[random.below(sets.size())];
}

Case random_case(std::uint64_t seed, bool trees)
{
    RandomStream random(seed, "mesh.property");
    const auto up_to = [&](std::uint64_t n) { return 1 + static_cast<std::uint32_t>(random.below(n)); };
    Case c;
    c.shape = {up_to(5), up_to(5), up_to(3), {}};
    for (std::uint64_t n = random.below(3); n > 0; --n)
        c.shape.extra_endpoints.push_back(static_cast<std::uint32_t>(random.below(c.shape.routers())));
    c.router.pipeline = router_pipelines[random.below(3)].value;
    c.router.virtual_channels = up_to(4);
    c.router.buffer_flits = up_to(9);
    c.router.multicast = Multicast::tree;
    if (random.below(2))
        split_classes(c.router, random);
    const std::uint32_t longest = up_to(12), nodes = c.shape.endpoints(),
                        hot = static_cast<std::uint32_t>(random.below(nodes));
    const std::uint64_t pause = random.below(8);
    Cycle t = 0;
    for (std::uint64_t i = 0, packets = 20 + random.below(180); i < packets; ++i) {
        t += static_cast<Cycle>(random.below(pause + 1));
        if (random.below(100) == 0)
            t += 300; // long enough to fall idle
        Packet p{static_cast<std::uint32_t>(random.below(nodes)), static_cast<std::uint32_t>(random.below(nodes)),
                 up_to(longest), static_cast<MessageClass>(random.below(message_class_count)), i};
        if (random.below(4) == 0)
            p.destination = hot;
        std::vector<std::uint32_t> destinations{p.destination};
        if (trees && random.below(3) == 0) {
            p.flits = std::min(p.flits, c.router.buffer_flits);
            for (std::uint64_t n = random.below(8); n > 0; --n)
                destinations.push_back(static_cast<std::uint32_t>(random.below(nodes)));
            std::sort(destinations.begin(), destinations.end());
            destinations.erase(std::unique(destinations.begin(), destinations.end()), destinations.end());
        }
        c.sends.push_back({t, p, destinations});
    }
    std::ostringstream text;
    text << "seed " << seed << ": " << c.shape.columns << "x" << c.shape.rows << " tiles " << c.shape.tiles_per_router
         << "+" << c.shape.extra_endpoints.size() << " " << router_pipelines[static_cast<int>(c.router.pipeline)].name
         << " vc " << c.router.virtual_channels << " buffer " << c.router.buffer_flits;
    c.text = text.str();
    return c;
}

using Key = std::pair<std::uint64_t, std::uint32_t>; // tag, destination
using Times = std::tuple<Cycle, Cycle, Cycle, Cycle>;
std::map<Key, Times> by_packet(const std::vector<Delivery>& list)
{
    std::map<Key, Times> result;
    for (const Delivery& d : list)
        result[{d.packet.tag, d.packet.destination}] = {d.created, d.head_injected, d.head_arrived, d.tail_arrived};
    return result;
}

/// Sends reach the mesh as late as the interface allows, and time advances in random strides.
std::vector<Delivery> run_fast(const Case& c, Mesh& mesh, std::uint64_t seed)
{
    RandomStream random(seed, "mesh.strides");
    DeliveryList list;
    mesh.set_sink(&list);
    for (const Send& s : c.sends) {
        while (mesh.now() + 1 < s.created)
            mesh.run(std::min(s.created - 1, mesh.now() + 1 + static_cast<Cycle>(random.below(40))));
        if (s.destinations.size() == 1)
            mesh.send(s.created, s.packet);
        else
            mesh.send_multicast(s.created, s.packet, s.destinations);
    }
    while (mesh.next_event() != never)
        mesh.run(mesh.now() + 1 + static_cast<Cycle>(random.below(40)));
    return list.items;
}

/// With IMCSIM_LONG_TESTS twenty times as many cases.
void expect_equal_to_the_reference(std::uint64_t first, std::uint64_t count, bool trees)
{
    if (std::getenv("IMCSIM_LONG_TESTS"))
        count *= 20;
    std::size_t packets = 0;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Case c = random_case(seed, trees);
        SCOPED_TRACE(c.text);
        test::ReferenceMesh reference(c.shape, c.router);
        for (const Send& s : c.sends)
            reference.send(s.created, s.packet, s.destinations);
        const auto expected = by_packet(reference.run());
        Mesh mesh(c.shape, c.router);
        const auto got = by_packet(run_fast(c, mesh, seed));
        ASSERT_EQ(got.size(), expected.size());
        for (const auto& [key, times] : expected)
            ASSERT_EQ(got.at(key), times) << "packet " << key.first << " to " << key.second;
        packets += got.size();
        const InterconnectStatistics s = mesh.statistics();
        ASSERT_EQ(s.flit_hops, reference.flit_hops);
        ASSERT_EQ(s.buffer_reads, reference.buffer_reads);
        ASSERT_EQ(s.buffer_writes, reference.buffer_writes);
        ASSERT_EQ(s.packets_delivered, expected.size());
    }
    EXPECT_GT(packets, 50 * count) << "packets compared";
}

TEST(MeshProperty, EveryPacketHasTheCyclesOfTheNaiveRouterOnRandomMeshes)
{
    expect_equal_to_the_reference(1, 150, false);
}

TEST(MeshProperty, TreesAndOrdinaryPacketsTogetherHaveTheCyclesOfTheNaiveRouter)
{
    expect_equal_to_the_reference(100001, 150, true);
}

} // namespace
