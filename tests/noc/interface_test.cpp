#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

#include "arch/noc/ideal_interconnect.h"
#include "arch/noc/mesh.h"
#include "sim/base/random.h"

using namespace imc;

namespace
{

/// What every network promises, asked of both.
class Networks : public testing::TestWithParam<bool>
{
protected:
    std::unique_ptr<Interconnect> make(const MeshShape& shape)
    {
        if (GetParam())
            return std::make_unique<IdealInterconnect>(shape, RouterConfig());
        return std::make_unique<Mesh>(shape, RouterConfig());
    }
};

TEST_P(Networks, DeliverInTheZeroLoadCycleAndNotOneEarlier)
{
    const auto network = make({3, 3, 1, {}});
    DeliveryList list;
    network->set_sink(&list);
    network->send(5, {.source = 0, .destination = 8, .flits = 4});
    const Cycle arrival = 5 + 5 * 4 + 7 + 3;
    network->advance(arrival - 1);
    EXPECT_TRUE(list.items.empty());
    EXPECT_EQ(network->run(arrival), arrival);
    ASSERT_EQ(list.items.size(), 1u);
    EXPECT_EQ(list.items[0].tail_arrived, arrival);
    EXPECT_EQ(list.items[0].visible(), arrival + 1);
    EXPECT_EQ(network->hops(0, 8), 4u);
}

TEST_P(Networks, StopAfterTheFirstCycleWithADelivery)
{
    const auto network = make({2, 1, 1, {}});
    DeliveryList list;
    network->set_sink(&list);
    network->send(0, {.source = 0, .destination = 0});
    network->send(0, {.source = 1, .destination = 0});
    EXPECT_EQ(network->run(1000), 7);
    EXPECT_EQ(network->run(1000), 12);
    EXPECT_EQ(network->run(1000), 1000);
    EXPECT_EQ(network->next_event(), never);
}

TEST_P(Networks, TellWhichEndpointSitsWhere)
{
    const auto network = make({3, 2, 2, {4, 4}});
    EXPECT_EQ(network->endpoints(), 14u);
    EXPECT_EQ(network->endpoint(7), (Endpoint{0, 3, 1}));
    EXPECT_EQ(network->endpoint(12), (Endpoint{0, 4, 2}));
    EXPECT_EQ(network->endpoint(13), (Endpoint{0, 4, 3}));
    EXPECT_THROW(network->endpoint(14), std::out_of_range);
    EXPECT_EQ(network->hops(0, 13), 2u);
    EXPECT_EQ(network->hops(12, 13), 0u);
}

TEST_P(Networks, RefusePacketsThatCannotBe)
{
    const auto network = make({2, 2, 1, {}});
    EXPECT_THROW(network->send(0, {.source = 4, .destination = 0}), std::invalid_argument);
    EXPECT_THROW(network->send(0, {.source = 0, .destination = 4}), std::invalid_argument);
    EXPECT_THROW(network->send(0, {.source = 0, .destination = 1, .flits = 0}), std::invalid_argument);
    network->send(9, {.source = 0, .destination = 1});
    EXPECT_THROW(network->send(8, {.source = 0, .destination = 1}), std::invalid_argument);
    network->send(8, {.source = 1, .destination = 1});
    network->advance(100);
    EXPECT_THROW(network->send(100, {.source = 2, .destination = 1}), std::invalid_argument);
    network->send(101, {.source = 2, .destination = 1});
    const std::uint32_t twice[] = {1, 2, 1}, absent[] = {1, 4};
    EXPECT_THROW(network->send_multicast(200, {}, twice), std::invalid_argument);
    EXPECT_THROW(network->send_multicast(200, {}, absent), std::invalid_argument);
    EXPECT_THROW(network->send_multicast(200, {}, {}), std::invalid_argument);
}

TEST_P(Networks, NumberPacketsInTheOrderOfSending)
{
    const auto network = make({4, 1, 1, {}});
    DeliveryList list;
    network->set_sink(&list);
    const std::uint32_t both[] = {3, 1};
    network->send(0, {.source = 0, .destination = 3, .tag = 0});
    network->send_multicast(0, {.source = 2, .tag = 1}, both);
    network->send(0, {.source = 1, .destination = 1, .tag = 3});
    network->advance(100);
    ASSERT_EQ(list.items.size(), 4u);
    for (const Delivery& d : list.items)
        EXPECT_EQ(d.sequence, d.packet.tag + (d.packet.tag == 1 && d.packet.destination == 1));
}

INSTANTIATE_TEST_SUITE_P(Interconnect, Networks, testing::Bool(),
                         [](const auto& kind) { return kind.param ? "Ideal" : "Mesh"; });

TEST(Mesh, CountsTheFlitsOfEachLinkOnTheWay)
{
    Mesh mesh({3, 2, 1, {}}, RouterConfig());
    mesh.send(0, {.source = 0, .destination = 5, .flits = 6}); // +x, +x, +y
    mesh.send(0, {.source = 1, .destination = 0, .flits = 2}); // -x
    mesh.advance(200);
    EXPECT_EQ(mesh.link_flits(0, 0), 6u);
    EXPECT_EQ(mesh.link_flits(1, 0), 6u);
    EXPECT_EQ(mesh.link_flits(2, 2), 6u);
    EXPECT_EQ(mesh.link_flits(1, 1), 2u);
    const InterconnectStatistics s = mesh.statistics();
    EXPECT_EQ(s.flit_hops, 20u);
    EXPECT_EQ(s.buffer_writes, 6u * 4 + 2 * 2);
    EXPECT_EQ(s.buffer_reads, s.buffer_writes);
    EXPECT_EQ(s.flits_injected, 8u);
    EXPECT_EQ(s.flits_ejected, 8u);
    EXPECT_EQ(s.vc_allocations, 4u + 2);
    EXPECT_EQ(s.max_link_flits, 6u);
    EXPECT_DOUBLE_EQ(s.max_link_utilization(60), 0.1);
}

TEST(Mesh, SendsTreesThatAreLongerThanABufferAsCopies)
{
    RouterConfig router;
    router.multicast = Multicast::tree;
    router.buffer_flits = 4;
    const std::uint32_t both[] = {2, 3};
    for (const std::uint32_t flits : {4u, 5u}) {
        Mesh mesh({4, 1, 1, {}}, router);
        DeliveryList list;
        mesh.set_sink(&list);
        mesh.send_multicast(0, {.source = 0, .flits = flits}, both);
        mesh.advance(200);
        EXPECT_EQ(list.items.size(), 2u);
        EXPECT_EQ(mesh.statistics().flit_hops, flits == 4 ? 4u * 3 : 5u * 5);
        EXPECT_EQ(list.items[0].group != 0, flits == 4);
    }
}

TEST(Mesh, TwoFlowsOnOneLinkTakeLongerThanOnTwo)
{
    const auto last_arrival = [](std::uint32_t second_source, std::uint32_t second_destination) {
        Mesh mesh({3, 2, 1, {}}, RouterConfig());
        DeliveryList list;
        mesh.set_sink(&list);
        for (Cycle t = 0; t < 400; t += 8) {
            mesh.send(t, {.source = 0, .destination = 2, .flits = 8});
            mesh.send(t, {.source = second_source, .destination = second_destination, .flits = 8});
        }
        mesh.advance(10000);
        return list.items.back().tail_arrived;
    };
    EXPECT_GT(last_arrival(1, 2), last_arrival(3, 5) + 300);
}

TEST(Mesh, TakesTheZeroLoadLatencyInAMeshOfThousandsOfRouters)
{
    const MeshShape shape{70, 60, 1, {}};
    Mesh mesh(shape, RouterConfig());
    DeliveryList list;
    mesh.set_sink(&list);
    RandomStream random(11, "large mesh");
    for (Cycle t = 0; t < 200'000; t += 1000)
        mesh.send(t, {.source = static_cast<std::uint32_t>(random.below(4200)),
                      .destination = static_cast<std::uint32_t>(random.below(4200)),
                      .flits = 3});
    mesh.advance(300'000);
    ASSERT_EQ(list.items.size(), 200u);
    for (const Delivery& d : list.items)
        EXPECT_EQ(d.latency(), 5 * static_cast<Cycle>(mesh.hops(d.packet.source, d.packet.destination)) + 7 + 2);
}

} // namespace
