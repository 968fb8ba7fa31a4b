#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/cli/json_diff.h"
#include "sim/cli/sweep/outcome.h"
#include "sim/cli/sweep/plan.h"

using namespace imc;
using namespace imc::cli;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace
{

SweepPlan plan_of(const std::string& members)
{
    return plan_sweep(config::Document::parse(
        R"({"schema": "imcsim.sweep/1", "experiment": "e.json", )" + members + "}", "sweep.json"));
}

std::string fault_of(const std::string& members)
{
    try {
        plan_of(members);
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "none";
}

TEST(SweepPlan, GridHasEveryCombinationWithTheLastAxisFastest)
{
    const SweepPlan plan =
        plan_of(R"("set": ["seed=7"], "grid": ["chip.adc.bits=[6, 8]", "network=[\"a\", \"b\", \"c\"]"])");
    EXPECT_THAT(plan.axes, ElementsAre("chip.adc.bits", "network"));
    ASSERT_EQ(plan.points.size(), 6u);
    EXPECT_EQ(plan.points[0].name, "000");
    EXPECT_THAT(plan.points[1].set, ElementsAre("seed=7", "chip.adc.bits=6", "network=\"b\""));
    EXPECT_THAT(plan.points[5].values, ElementsAre("8", "\"c\""));
}

TEST(SweepPlan, ListMayLeaveAnAxisAlone)
{
    const SweepPlan plan =
        plan_of(R"("points": [{"set": ["a=1"]}, {"name": "both", "set": ["b=x", "a=2"]}, {"set": []}])");
    EXPECT_THAT(plan.axes, ElementsAre("a", "b"));
    EXPECT_THAT(plan.points[0].values, ElementsAre("1", ""));
    EXPECT_THAT(plan.points[1].values, ElementsAre("2", "x"));
    EXPECT_EQ(plan.points[1].name, "both");
    EXPECT_THAT(plan.points[2].values, ElementsAre("", ""));
}

TEST(SweepPlan, FaultsNameTheirPlace)
{
    EXPECT_THAT(fault_of(R"("set": [])"), HasSubstr("needs a grid or points"));
    EXPECT_THAT(fault_of(R"("grid": ["a=[1]"], "points": [{"set": []}])"), HasSubstr("not both"));
    for (const char* axis : {"a", "a=1", "=[1]", "a=[]", "a=[1", "a={}"})
        EXPECT_THAT(fault_of(std::string(R"("grid": [")") + axis + "\"]"),
                    HasSubstr("sweep.json: grid[0]: expected PATH="));
    EXPECT_THAT(fault_of(R"("grid": ["a=[1]", "a=[2]"])"), HasSubstr("grid[1]: 'a' is an axis already"));
    EXPECT_THAT(fault_of(R"("points": [{"name": "x"}, {"name": "x"}])"), HasSubstr("used twice"));
    EXPECT_THAT(fault_of(R"("points": [{"name": "../x"}])"), HasSubstr("cannot name a directory"));
    EXPECT_THAT(fault_of(R"("points": [{"set": ["bits"]}])"), HasSubstr("points[0].set"));
    EXPECT_THAT(fault_of(R"("grdi": ["a=[1]"])"), HasSubstr("grdi"));
    EXPECT_THAT(fault_of(R"("grid": ["a=[1]"], "plot": {"x": "b"})"), HasSubstr("plot.x: 'b' does not vary"));
    std::string many = R"("grid": [)";
    for (int axis = 0; axis < 7; ++axis)
        many += std::string(axis ? "," : "") + "\"a" + std::to_string(axis) + "=[0,1,2,3,4,5,6,7,8,9]\"";
    EXPECT_THAT(fault_of(many + "]"), HasSubstr("more than 1000000 points"));
}

TEST(SweepTable, HasFiguresAsTheResultsHaveThemAndErrors)
{
    const SweepPlan plan =
        plan_of(R"("grid": ["n=[\"a,b\", 2]"], "columns": ["latency_s", "chip.area_mm2", "layers[0].name"])");
    const std::string csv =
        sweep_csv(plan, {{R"({"latency_s": 1.25e-06, "chip": {"area_mm2": 85.4}, "layers": [{"name": "conv"}]})", ""},
                         {"", "exit status 1: does not \"fit\""}});
    EXPECT_EQ(csv, "point,n,latency_s,chip.area_mm2,layers[0].name,error\n"
                   "000,\"a,b\",1.25e-06,85.4,conv,\n"
                   "001,2,,,,\"exit status 1: does not \"\"fit\"\"\"\n");
}

TEST(SweepTable, SaysWhichColumnNoResultHas)
{
    const auto absent = [](const char* columns, const std::string& result) {
        const SweepPlan plan = plan_of(std::string(R"("grid": ["n=[1, 2]"], "columns": [)") + columns + "]");
        return absent_column(plan, {{result, result.empty() ? "broken" : ""}, {"", "broken"}});
    };
    const std::string result = R"({"cycles": 5, "accuracy": null, "latency_s": 1, "energy_per_inference_steady_j": 2,
                                   "chip": {"area_mm2": 3}})";
    EXPECT_EQ(absent(R"("cycles", "cycels")", result), "cycels");
    EXPECT_EQ(absent(R"("cycles", "accuracy.top1_mean")", result), "");
    EXPECT_EQ(absent(R"("cycels")", ""), "");
}

TEST(SweepPlot, HasAPanelPerQuantityAndALinePerSetting)
{
    const SweepPlan plan =
        plan_of(R"("grid": ["k=[1, 2]", "x=[1, 2, 3]"], "plot": {"x": "x", "y": ["latency_s", "energy_j"]})");
    std::vector<SweepOutcome> outcomes;
    for (int i = 0; i < 6; ++i)
        outcomes.push_back({R"({"latency_s": )" + std::to_string(i) + R"(e-6, "energy_j": 1e-9})", ""});
    outcomes[5] = {"", "failed"};
    const std::string svg = sweep_svg(plan, outcomes);
    const auto occurrences = [&](const std::string& part) {
        std::size_t n = 0;
        for (std::size_t at = svg.find(part); at != std::string::npos; at = svg.find(part, at + 1))
            ++n;
        return n;
    };
    EXPECT_EQ(occurrences("<polyline"), 4u); // two lines in each of two panels
    EXPECT_EQ(occurrences("<circle"), 10u);  // the failed point is in neither
    EXPECT_EQ(occurrences(">k = 1</text>"), 2u);
}

TEST(JsonDiff, NamesWhatMoved)
{
    const auto json = [](const char* text) { return nlohmann::ordered_json::parse(text); };
    const auto found = differences(json(R"({"a": 1, "b": [1, {"c": 2.0}], "gone": null})"),
                                   json(R"({"a": 1, "b": [1, {"c": 2.5}, 3], "new": "x"})"));
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(found[0].path, "b[1].c");
    EXPECT_EQ(found[0].before, "2.0");
    EXPECT_EQ(found[0].now, "2.5");
    EXPECT_EQ(found[1].path, "b[2]");
    EXPECT_EQ(found[1].before, "");
    EXPECT_EQ(found[2].path, "gone");
    EXPECT_EQ(found[2].now, "");
    EXPECT_EQ(found[3].path, "new");
    EXPECT_TRUE(differences(json("[1, 2]"), json("[1,2]")).empty());
    EXPECT_EQ(differences(json("1"), json("1.0")).size(), 1u) << "a number written otherwise has moved";
}

TEST(JsonDiff, FindsMembersByPath)
{
    const auto root = nlohmann::ordered_json::parse(R"({"a": {"b": [{"c": 5}]}})");
    ASSERT_NE(at_path(root, "a.b[0].c"), nullptr);
    EXPECT_EQ(*at_path(root, "a.b[0].c"), 5);
    for (const char* path : {"x", "a.b[1]", "a.b[x]", "a.b[0", "a[0]", "a.b.c", "a.b[0].c.d"})
        EXPECT_EQ(at_path(root, path), nullptr) << path;
}

} // namespace
