#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/cli/process.h"
#include "tests/support/shared.h"

using namespace imc::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

std::string write(const TemporaryDirectory& directory, const std::string& name, const json& content)
{
    std::ofstream(directory / name) << content;
    return (directory / name).string();
}

TEST(NocCommand, PrintsTheCyclesOfTheReferenceTraces)
{
    IMC_SHARED_OR_SKIP(file, "reference/noc/traces/k8_incast.json");
    TemporaryDirectory directory;
    const auto trace = json::parse(std::ifstream(file));
    const auto name = write(directory, "case.json",
                            {{"mesh", {8, 8}},
                             {"router", {{"pipeline", "lookahead"}, {"virtual_channels", 2}, {"buffer_flits", 4}}},
                             {"packets", trace["packets"]}});
    const Ended printed = imcsim({"noc", name});
    ASSERT_EQ(printed.status, 0) << printed.err;
    EXPECT_EQ(json::parse(printed.out)["results"], trace["results"]["lookahead_vc2_buf4"]);
    EXPECT_EQ(imcsim({"noc", name, "--out", (directory / "out.json").string()}).out, "");
    EXPECT_EQ(json::parse(std::ifstream(directory / "out.json")), json::parse(printed.out));
    const Ended other = imcsim({"noc", name, "--set", "router.pipeline=minimal"});
    EXPECT_EQ(json::parse(other.out)["results"], trace["results"]["minimal_vc2_buf4"]);
}

TEST(NocCommand, ComparesWithRecordedCyclesAndNamesThePacketThatDiffers)
{
    TemporaryDirectory directory;
    json c = {{"mesh", {2, 1}}, {"packets", {{0, 0, 1, 1}, {3, 1, 0, 2}}}, {"results", {{0, 12, 12}, {3, 15, 16}}}};
    EXPECT_EQ(imcsim({"noc", "--compare", write(directory, "same.json", c)}).status, 0);
    c["results"][1][2] = 17;
    const Ended differs = imcsim({"noc", "--compare", write(directory, "other.json", c)});
    EXPECT_EQ(differs.status, 1);
    EXPECT_THAT(differs.err, HasSubstr("packet 1: recorded [3, 15, 17], simulated [3, 15, 16]"));
}

TEST(NocCommand, MeasuresSyntheticTrafficTheSameInEveryRun)
{
    TemporaryDirectory directory;
    const auto name = write(directory, "case.json",
                            {{"mesh", {4, 3}},
                             {"traffic",
                              {{"pattern", "hotspot"},
                               {"hot_node", 3},
                               {"hot_weight", 4},
                               {"rate_flits", 0.05},
                               {"warmup_cycles", 1000},
                               {"measure_cycles", 20000}}}});
    const Ended first = imcsim({"noc", name});
    ASSERT_EQ(first.status, 0) << first.err;
    EXPECT_EQ(first.out, imcsim({"noc", name}).out);
    const json result = json::parse(first.out);
    EXPECT_NEAR(result["accepted_rate_flits"].get<double>(), 0.05, 0.004);
    EXPECT_GT(result["mean_packet_latency_cycles"].get<double>(), 10.0);
    EXPECT_NE(imcsim({"noc", name, "--set", "traffic.seed=2"}).out, first.out);
}

TEST(NocCommand, RefusesBadCasesWithStatus2AndThePathOfTheKey)
{
    TemporaryDirectory directory;
    const Ended node = imcsim({"noc", write(directory, "a.json", {{"mesh", {2, 2}}, {"packets", {{0, 0, 4, 1}}}})});
    EXPECT_EQ(node.status, 2);
    EXPECT_THAT(node.err, HasSubstr("a.json: packets[0][2]: must be one of the 4 nodes"));
    const Ended neither = imcsim({"noc", write(directory, "b.json", {{"mesh", {2, 2}}})});
    EXPECT_EQ(neither.status, 2);
    EXPECT_THAT(neither.err, HasSubstr("neither packets nor traffic"));
    EXPECT_EQ(imcsim({"noc", (directory / "absent.json").string()}).status, 2);
}

} // namespace
