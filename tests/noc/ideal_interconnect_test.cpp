#include "arch/noc/ideal_interconnect.h"

#include <map>

#include <gtest/gtest.h>

#include "arch/noc/mesh.h"
#include "sim/base/random.h"

using namespace imc;

namespace
{

std::vector<Delivery> run_all(Interconnect& network, const std::vector<std::pair<Cycle, Packet>>& sends)
{
    DeliveryList list;
    network.set_sink(&list);
    for (const auto& [created, packet] : sends)
        network.send(created, packet);
    while (network.next_event() != never)
        network.run(network.next_event());
    return list.items;
}

TEST(IdealInterconnect, TakesTheZeroLoadLatencyOfItsPipeline)
{
    const std::pair<RouterPipeline, std::pair<Cycle, Cycle>> cases[] = {
        {RouterPipeline::baseline, {5, 7}}, {RouterPipeline::lookahead, {4, 6}}, {RouterPipeline::minimal, {3, 5}}};
    for (const auto& [pipeline, law] : cases) {
        RouterConfig router;
        router.pipeline = pipeline;
        IdealInterconnect network({4, 3, 1, {}}, router);
        const auto done = run_all(network, {{10, {0, 11, 4, MessageClass::activation, 7}}});
        ASSERT_EQ(done.size(), 1u);
        EXPECT_EQ(done[0].tail_arrived, 10 + law.first * 5 + law.second + 3);
        EXPECT_EQ(done[0].head_arrived, done[0].tail_arrived - 3);
        EXPECT_EQ(done[0].packet.tag, 7u);
    }
}

TEST(IdealInterconnect, NeverDeliversLaterThanTheMeshAndCountsTheSameEvents)
{
    RandomStream random(5, "ideal");
    for (const RouterPipeline pipeline :
         {RouterPipeline::baseline, RouterPipeline::lookahead, RouterPipeline::minimal}) {
        RouterConfig router;
        router.pipeline = pipeline;
        const MeshShape shape{4, 3, 1, {}};
        std::vector<std::pair<Cycle, Packet>> sends;
        Cycle t = 0;
        for (std::uint64_t i = 0; i < 500; ++i) {
            t += static_cast<Cycle>(random.below(3));
            sends.push_back(
                {t,
                 {static_cast<std::uint32_t>(random.below(12)), static_cast<std::uint32_t>(random.below(12)),
                  1 + static_cast<std::uint32_t>(random.below(9)), MessageClass::activation, i}});
        }
        Mesh mesh(shape, router);
        IdealInterconnect ideal(shape, router);
        std::map<std::uint64_t, Cycle> arrived;
        for (const Delivery& d : run_all(mesh, sends))
            arrived[d.packet.tag] = d.tail_arrived;
        std::size_t earlier = 0;
        for (const Delivery& d : run_all(ideal, sends)) {
            ASSERT_LE(d.tail_arrived, arrived.at(d.packet.tag));
            earlier += d.tail_arrived < arrived.at(d.packet.tag);
        }
        EXPECT_GT(earlier, 100u) << "the traffic must contend for the comparison to mean anything";
        const auto a = mesh.statistics(), b = ideal.statistics();
        EXPECT_EQ(a.flit_hops, b.flit_hops);
        EXPECT_EQ(a.buffer_reads, b.buffer_reads);
        EXPECT_EQ(a.buffer_writes, b.buffer_writes);
        EXPECT_EQ(a.vc_allocations, b.vc_allocations);
        EXPECT_EQ(a.flits_injected, b.flits_injected);
        EXPECT_EQ(a.flits_ejected, b.flits_ejected);
        EXPECT_EQ(a.max_link_flits, b.max_link_flits);
    }
}

} // namespace
