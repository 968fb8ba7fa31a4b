#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "arch/noc/mesh.h"
#include "tests/support/shared.h"

using namespace imc;

namespace
{

using Times = std::array<Cycle, 3>;

/// "baseline_vc2_buf4" as the files name it.
RouterConfig router_of(const std::string& name)
{
    static const std::map<std::string, RouterPipeline> pipelines = {{"baseline", RouterPipeline::baseline},
                                                                    {"lookahead", RouterPipeline::lookahead},
                                                                    {"minimal", RouterPipeline::minimal}};
    RouterConfig config;
    config.pipeline = pipelines.at(name.substr(0, name.find('_')));
    config.virtual_channels = static_cast<std::uint32_t>(std::stoul(name.substr(name.find("vc") + 2)));
    config.buffer_flits = static_cast<std::uint32_t>(std::stoul(name.substr(name.find("buf") + 3)));
    return config;
}

TEST(ReferenceTraces, EveryPacketOfEveryConfigurationHasTheThreeCyclesOfBookSim)
{
    IMC_SHARED_OR_SKIP(folder, "reference/noc/traces");
    std::size_t compared = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        const auto trace = nlohmann::json::parse(std::ifstream(file.path()));
        const auto side = trace["k"].get<std::uint32_t>();
        for (const auto& [name, expected] : trace["results"].items()) {
            Mesh mesh({side, side, 1, {}}, router_of(name));
            DeliveryList list;
            mesh.set_sink(&list);
            const auto& packets = trace["packets"];
            for (std::size_t i = 0; i < packets.size(); ++i)
                mesh.send(packets[i][0], {.source = packets[i][1],
                                          .destination = packets[i][2],
                                          .flits = packets[i][3],
                                          .message_class = MessageClass::activation,
                                          .tag = i});
            while (mesh.next_event() != never)
                mesh.run(mesh.next_event());
            ASSERT_EQ(list.items.size(), packets.size()) << file.path() << " " << name;
            for (const Delivery& d : list.items) {
                const Times got = {d.head_injected, d.head_arrived, d.tail_arrived};
                ASSERT_EQ(got, expected[d.packet.tag].get<Times>())
                    << file.path() << " " << name << " packet " << d.packet.tag;
                ++compared;
            }
        }
    }
    EXPECT_EQ(compared, 12u * 725u);
}

} // namespace
