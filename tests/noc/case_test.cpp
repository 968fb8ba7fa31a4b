#include "arch/noc/case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/config/document.h"
#include "sim/base/errors.h"

using namespace imc;
using testing::HasSubstr;

namespace
{

NocCase read(const std::string& text) { return config::Document::parse(text, "case.json").read<NocCase>(); }

std::string fault(const std::string& text)
{
    try {
        read(text);
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "none";
}

TEST(NocCase, GivesTheTimesInTheOrderOfTheListWhateverTheCycles)
{
    const auto result = simulate(read(R"({"mesh": [3, 2], "packets": [[90, 0, 5, 2], [7, 1, 1, 1], [90, 0, 3, 1]]})"));
    ASSERT_EQ(result.packets.size(), 3u);
    EXPECT_EQ(result.packets[0], (PacketTimes{90, 90 + 22, 90 + 23}));
    EXPECT_EQ(result.packets[1], (PacketTimes{7, 7 + 7, 7 + 7}));
    // The second packet of source 0 enters behind the first and takes the same way for no link, since x comes
    // first for the one and y for the other.
    EXPECT_EQ(result.packets[2][0], 92);
    EXPECT_EQ(result.cycles, result.packets[0][2] + 1);
    EXPECT_EQ(result.statistics.flit_hops, 2u * 3 + 1);
}

TEST(NocCase, SaysWhichPacketIsWrongAndWhatWasExpected)
{
    const auto with = [](const std::string& packets) {
        return fault(R"({"mesh": [2, 2], "packets": )" + packets + "}");
    };
    EXPECT_EQ(with("[[0, 0, 3, 1], [0, 4, 3, 1]]"),
              "case.json: packets[1][1]: must be one of the 4 nodes (0 to 3), got 4");
    EXPECT_THAT(with("[[0, 0, 3, 0]]"), HasSubstr("packets[0][3]: must be an integer in [1, "));
    EXPECT_THAT(with("[[0, 0, 3, -2]]"), HasSubstr("packets[0][3]: "));
    EXPECT_THAT(with("[[-1, 0, 3, 1]]"), HasSubstr("packets[0][0]: "));
    EXPECT_THAT(with("[[0, 0, 3, 1.5]]"), HasSubstr("packets[0][3]: must be an integer, got 1.5"));
    EXPECT_THAT(with("[[0, 0, 3]]"), HasSubstr("packets[0]: must be [cycle, source, destination, flits], got 3"));
    EXPECT_THAT(with("[[0, 0, \"x\", 1]]"), HasSubstr("packets[0][2]: must be a number"));
    EXPECT_EQ(with("[]"), "none");
}

TEST(NocCase, RefusesShapesAndTrafficThatDoNotFit)
{
    EXPECT_THAT(fault(R"({"mesh": [4], "packets": []})"), HasSubstr("mesh: must be [columns, rows]"));
    EXPECT_THAT(fault(R"({"mesh": [0, 4]})"), HasSubstr("mesh[0]: must be an integer in [1, "));
    EXPECT_THAT(fault(R"({"mesh": [4096, 4096]})"), HasSubstr("mesh: must have between 1 and "));
    EXPECT_THAT(fault(R"({"mesh": [2, 2], "extra_endpoints": [4]})"), HasSubstr("must have a router 4"));
    EXPECT_THAT(fault(R"({"mesh": [2, 2], "tiles_per_router": 9, "router": {"virtual_channels": 8}})"),
                HasSubstr("64 channels per router, not 13 ports of 8"));
    EXPECT_THAT(fault(R"({"mesh": [2, 2], "router": {"virtual_channels": 2, "message_classes": {"control": [2]}}})"),
                HasSubstr("router.message_classes.control: names virtual channel 2"));
    EXPECT_THAT(fault(R"({"mesh": [2, 2], "router": {"virtual_channels": 2,
                         "message_classes": {"activation": [0, 1], "control": [1]}}})"),
                HasSubstr("'activation' and 'control' must use the same virtual channels or disjoint ones"));
    EXPECT_THAT(fault(R"({"mesh": [2, 3], "traffic": {"pattern": "transpose"}})"), HasSubstr("square"));
    EXPECT_THAT(fault(R"({"mesh": [2, 2], "traffic": {"pattern": "hotspot", "hot_node": 4}})"),
                HasSubstr("traffic.hot_node: must be one of the 4 tiles, got 4"));
    EXPECT_THAT(fault(R"({"mesh": [2, 2], "traffic": {"rate_flits": 5}})"), HasSubstr("traffic.rate_flits"));
    EXPECT_THAT(fault(R"({"mesh": [2, 2], "traffic": {}, "packets": [[0, 0, 0, 1]]})"), HasSubstr("not both"));
    EXPECT_THAT(fault(R"({"mesh": [2, 2], "packets": [[0, 0, 1, 1]], "classes": [0, 1]})"),
                HasSubstr("classes: must have one number for each of the 1 packets"));
    EXPECT_THAT(fault(R"({"mesh": [2, 2], "packets": [[0, 0, 1, 1], [1, 0, 2, 1]], "groups": [1, 1]})"),
                HasSubstr("groups[1]: packets 0 and 1 of one multicast must differ in their destination alone"));
}

TEST(NocCase, ATreeSharesTheWayThatCopiesTakeOneAfterTheOther)
{
    const std::string rest = R"("packets": [[0, 0, 2, 4], [0, 0, 3, 4]], "groups": [1, 1]})";
    const auto copies = simulate(read(R"({"mesh": [4, 1], "router": {"multicast": "copies"}, )" + rest));
    const auto tree = simulate(read(R"({"mesh": [4, 1], "router": {"multicast": "tree"}, )" + rest));
    EXPECT_EQ(copies.statistics.flit_hops, 4u * (2 + 3));
    EXPECT_EQ(tree.statistics.flit_hops, 4u * 3);
    EXPECT_EQ(copies.packets[1][0], 4) << "the second copy waits for the first";
    EXPECT_EQ(tree.packets[1][0], 0);
    EXPECT_LT(tree.packets[1][2], copies.packets[1][2]);
    EXPECT_EQ(tree.statistics.packets_delivered, 2u);
}

TEST(NocCase, ClassesOnTheirOwnChannelsDoNotWaitForEachOther)
{
    // A control flit behind a long activation packet from the same tile.
    const std::string packets = R"("packets": [[0, 0, 3, 40], [0, 0, 3, 1]], "classes": [0, 3], "router": )";
    const auto shared = simulate(read(R"({"mesh": [4, 1], )" + packets + R"({"virtual_channels": 2}})"));
    const auto apart = simulate(read(R"({"mesh": [4, 1], )" + packets +
                                     R"({"virtual_channels": 2, "message_classes": {"activation": [0],
                                         "partial_sum": [0], "weight": [0], "control": [1]}}})"));
    EXPECT_GT(shared.packets[1][2], 40);
    EXPECT_LT(apart.packets[1][2], 30);
}

} // namespace
