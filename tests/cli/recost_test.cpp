#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/energy.h"
#include "sim/base/files.h"
#include "sim/base/time.h"
#include "sim/cli/recost/in_parallel.h"
#include "sim/cli/recost/ranking.h"
#include "sim/cli/recost/result_reader.h"
#include "tests/cli/process.h"

using namespace imc;
using namespace imc::cli;
using imc::test::Ended;
using imc::test::imcsim;
using imc::test::TemporaryDirectory;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

namespace
{

/// LeNet-5 on a shipped chip, simulated into DIR/NAME.
fs::path simulated(const TemporaryDirectory& dir, const std::string& name, const std::string& chip,
                   std::vector<std::string> assignments = {})
{
    std::vector<std::string> words = {
        "run", (fs::path(IMC_SOURCE_DIR) / "configs/experiments" / ("lenet5_" + chip + ".json")).string(), "--quiet",
        "--out", (dir / name).string()};
    for (const std::string& assignment : assignments) {
        words.push_back("--set");
        words.push_back(assignment);
    }
    const Ended ended = imcsim(words);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return dir / name;
}

json result_of(const fs::path& run) { return json::parse(read_file(run / "result.json")); }

/// The printed JSON.
json recost(std::vector<fs::path> runs, const std::string& costs)
{
    std::vector<std::string> words = {"recost", "--json", "--costs", costs};
    words.insert(words.end(), runs.begin(), runs.end());
    const Ended ended = imcsim(words);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return json::parse(ended.out);
}

TEST(Recost, CountsTimesUnitsAndLeakageAreTheEnergy)
{
    const TemporaryDirectory dir;
    for (const char* chip : {"rram", "sram", "pcm"}) {
        const json r = result_of(simulated(dir, chip, chip));
        Energy sum;
        for (const json& line : r["ledger"]) {
            EXPECT_EQ(line["phase"], "inference");
            sum += Energy::from_joules(line["unit_energy_j"]) * line["count"].get<std::int64_t>();
        }
        const auto period = Clock::from_hertz(r["clock_hz"]).period();
        for (const json& line : r["leakage"])
            sum += energy_of(line["power_w"], r["cycles"].get<Cycle>() * period);
        EXPECT_EQ(sum.joules(), r["energy_j"].get<double>()) << chip;
        EXPECT_GT(r["ledger"].size(), 20u);
    }
}

TEST(Recost, ShowsHowFarTheSourcesOfUnitCostsDisagree)
{
    const TemporaryDirectory dir;
    const fs::path run = simulated(dir, "a", "rram");
    const json r = result_of(run);
    const json own = recost({run}, "own,isaac")["runs"][0]["under"];
    for (const char* figure : {"energy", "energy_per_inference_steady"}) {
        const double nominal = r[std::string(figure) + "_j"];
        const std::string range = std::string(figure) + "_range_j";
        EXPECT_LT(r[range]["low"], nominal);
        EXPECT_GT(r[range]["high"], nominal);
        EXPECT_NEAR(own[0][range]["low"], r[range]["low"].get<double>(), 1e-9 * nominal) << "from its ledger";
        EXPECT_NEAR(own[0][range]["high"], r[range]["high"].get<double>(), 1e-9 * nominal);
        EXPECT_LT(own[1][range]["high"], own[0][range]["high"]) << "one law of converters has no range over laws";
    }
    EXPECT_LT(r["chip"]["area_range_mm2"]["low"], r["chip"]["area_mm2"]);
    EXPECT_GT(r["chip"]["area_range_mm2"]["high"], r["chip"]["area_mm2"]);
    const Ended text = imcsim({"recost", "--costs", "own", run});
    EXPECT_THAT(text.out, HasSubstr("[low, high]"));
    EXPECT_THAT(read_file(run / "report.txt"), HasSubstr(" mm2 ["));
}

TEST(Recost, ARunsOwnLawGivesItsOwnFigures)
{
    const TemporaryDirectory dir;
    const fs::path run = simulated(dir, "a", "rram");
    const json r = result_of(run);
    for (const char* costs : {"isaac", "own"}) {
        const json under = recost({run}, costs)["runs"][0]["under"][0];
        for (const char* figure : {"energy_j", "energy_per_inference_steady_j", "tops_per_w"})
            EXPECT_EQ(under[figure].get<double>(), r[figure].get<double>()) << costs << " " << figure;
    }
}

TEST(Recost, AnotherLawGivesWhatASimulationWithItGives)
{
    const TemporaryDirectory dir;
    const fs::path run = simulated(dir, "a", "rram");
    // These laws have the converter's rate as their time, so that the run itself is the same.
    for (const char* law : {"murmann", "exploration"}) {
        const fs::path again = simulated(dir, law, "rram", {std::string("chip.tiles[0].core.macro.adc.model=") + law});
        const json r = result_of(again);
        ASSERT_EQ(r["cycles"], result_of(run)["cycles"]);
        const json under = recost({run}, law)["runs"][0]["under"][0];
        EXPECT_EQ(under["energy_j"].get<double>(), r["energy_j"].get<double>()) << law;
        EXPECT_EQ(under["energy_per_inference_steady_j"].get<double>(),
                  r["energy_per_inference_steady_j"].get<double>())
            << law;
    }
}

/// Two types whose converters differ in bits and rate: the law is asked for each of them.
TEST(Recost, AnotherLawIsAskedForTheConvertersOfEachTileType)
{
    const TemporaryDirectory dir;
    const auto file = [](const char* name) {
        return (fs::path(IMC_SOURCE_DIR) / "configs/tiles" / name).string() + "\"";
    };
    const std::vector<std::string> two = {
        "chip.tiles=[\"" + file("isaac_rram.json") + ",\"" + file("isaac_rram.json") + "]", "chip.tiles[1].name=fine",
        "chip.tiles[1].core.macro.adc.bits=7", "chip.tiles[1].core.macro.adc.rate_gsps=0.64",
        R"(mapping.tile_of=[{"kind":"dense","tile":"fine"},{"tile":"isaac"}])"};
    const fs::path run = simulated(dir, "a", "rram", two);
    std::vector<std::string> murmann = two;
    murmann.insert(murmann.end(),
                   {"chip.tiles[0].core.macro.adc.model=murmann", "chip.tiles[1].core.macro.adc.model=murmann"});
    const json r = result_of(simulated(dir, "murmann", "rram", murmann));
    ASSERT_EQ(r["cycles"], result_of(run)["cycles"]);
    const json under = recost({run}, "own,murmann")["runs"][0]["under"];
    EXPECT_EQ(under[0]["energy_j"], result_of(run)["energy_j"]);
    EXPECT_NE(under[1]["energy_j"], under[0]["energy_j"]);
    EXPECT_EQ(under[1]["energy_j"], r["energy_j"]);
    EXPECT_DOUBLE_EQ(under[1]["energy_per_inference_steady_j"].get<double>(),
                     r["energy_per_inference_steady_j"].get<double>());
}

TEST(Recost, AnotherLawChangesTheConvertersAlone)
{
    const TemporaryDirectory dir;
    const json under = recost({simulated(dir, "a", "rram")}, "isaac,puma,neurosim")["runs"][0]["under"];
    const json own = under[0]["energy_by_component_j"];
    for (const std::size_t other : {1u, 2u}) {
        const json& parts = under[other]["energy_by_component_j"];
        ASSERT_EQ(parts.size(), own.size());
        for (const auto& [component, energy] : own.items())
            EXPECT_EQ(parts[component] == energy, component != "adc") << component;
        double sum = 0.0;
        for (const auto& [component, energy] : parts.items())
            sum += energy.get<double>();
        EXPECT_NEAR(sum / under[other]["energy_j"].get<double>(), 1.0, 1e-12);
    }
}

TEST(Recost, MacrosWithoutConvertersKeepTheirEnergy)
{
    const TemporaryDirectory dir;
    const fs::path run = simulated(dir, "a", "sram");
    const json under = recost({run}, "isaac,puma,murmann")["runs"][0]["under"];
    for (const json& priced : under)
        EXPECT_EQ(priced["energy_j"].get<double>(), result_of(run)["energy_j"].get<double>());
}

TEST(Recost, AFileOfCostsReplacesUnitEnergies)
{
    const TemporaryDirectory dir;
    const fs::path run = simulated(dir, "a", "rram");
    write_file(dir / "free.json", R"({"schema": "imcsim.costs/1", "unit_energy_j": {"adc.conversion": 0}})");
    write_file(dir / "dear.json", R"({"schema": "imcsim.costs/1", "adc": "murmann", "unit_energy_j":
        {"noc.flit_hop": 1e-9}})");
    const json r = result_of(run);
    const json under = recost({run}, (dir / "free.json").string() + "," + (dir / "dear.json").string() +
                                         ",murmann")["runs"][0]["under"];
    const double adc = r["energy_by_component_j"]["adc"]["dynamic"];
    EXPECT_NEAR(under[0]["energy_j"].get<double>(), r["energy_j"].get<double>() - adc, 1e-18);
    double hops = 0.0, unit = 0.0;
    for (const json& line : r["ledger"])
        if (line["component"] == "noc" && line["event"] == "flit_hop") {
            hops += line["count"].get<double>();
            unit = line["unit_energy_j"];
        }
    ASSERT_GT(hops, 0.0);
    EXPECT_NEAR(under[1]["energy_j"].get<double>() - under[2]["energy_j"].get<double>(), hops * (1e-9 - unit), 1e-16);
}

TEST(Recost, SaysWhichRunsStayInTheFrontUnderEveryLaw)
{
    const TemporaryDirectory dir;
    const fs::path good = simulated(dir, "good", "rram");
    // The same chip with links that cost more is as fast and dearer under any law of its converters.
    const fs::path dear = simulated(dir, "dear", "rram", {"chip.noc.flit_router_energy_pj=500"});
    const json all = recost({dear, good}, "isaac,puma,zigzag");
    EXPECT_FALSE(all["runs"][0]["non_dominated_in_all"].get<bool>());
    EXPECT_TRUE(all["runs"][1]["non_dominated_in_all"].get<bool>());
    ASSERT_EQ(all["rank_correlation"].size(), 3u);
    for (const json& pair : all["rank_correlation"])
        EXPECT_EQ(pair["spearman"], 1.0);
}

TEST(Recost, RefusesWhatItCannotPriceWithStatus2)
{
    const TemporaryDirectory dir;
    const fs::path run = simulated(dir, "a", "rram");
    const auto refused = [&](std::vector<std::string> words, const std::string& why) {
        words.insert(words.begin(), "recost");
        const Ended ended = imcsim(words);
        EXPECT_EQ(ended.status, 2) << why;
        EXPECT_THAT(ended.out, IsEmpty());
        EXPECT_THAT(ended.err, HasSubstr(why));
    };
    fs::create_directory(dir / "empty");
    refused({run, dir / "empty", "--costs", "isaac"}, "empty: is not the directory of a run");
    refused({dir / "none", "--costs", "isaac"}, "none: is not a directory");
    refused({run, "--costs", "isac"}, "did you mean 'isaac'?");
    refused({run}, "at least one cost set");
    refused({run, "--costs", (dir / "none.json").string()}, "none.json");
    const auto costs = [&](const std::string& members, const std::string& why) {
        write_file(dir / "c.json", R"({"schema": "imcsim.costs/1", )" + members + "}");
        refused({run, "--costs", (dir / "c.json").string()}, why);
    };
    costs(R"("unit_energy_j": {"adc.convertion": 1e-12})", "did you mean 'conversion'?");
    costs(R"("unit_energy_j": {"adx.conversion": 1e-12})", "did you mean 'adc'?");
    costs(R"("unit_energy_j": {"adc.conversion": -1})", "from 0 to 9e-3 J, got -1");
    costs(R"("unit_energy": {})", "did you mean 'unit_energy_j'?");

    json r = result_of(run);
    r["ledger"][0]["count"] = r["ledger"][0]["count"].get<std::int64_t>() + 1;
    write_file(run / "result.json", r.dump());
    refused({run, "--costs", "isaac"}, "its counts come to");
    r.erase("ledger");
    write_file(run / "result.json", r.dump());
    refused({run, "--costs", "isaac"}, "holds no counts");
    write_file(run / "result.json", "{");
    refused({run, "--costs", "isaac"}, "is not a result");
}

TEST(Recost, PrintsTheSameForManyRunsAsForEachAlone)
{
    const TemporaryDirectory dir;
    const fs::path rram = simulated(dir, "rram", "rram"), pcm = simulated(dir, "pcm", "pcm");
    std::vector<fs::path> runs;
    for (int i = 0; i < 40; ++i) // enough for every processor to have a part
        runs.push_back(i % 3 == 0 ? pcm : rram);
    const json all = recost(runs, "own,murmann"), a = recost({rram}, "own,murmann"), b = recost({pcm}, "own,murmann");
    ASSERT_EQ(all["runs"].size(), runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
        EXPECT_EQ(all["runs"][i]["run"], runs[i].string());
        for (std::size_t s = 0; s < 2; ++s)
            EXPECT_EQ(all["runs"][i]["under"][s]["energy_by_component_j"],
                      (i % 3 == 0 ? b : a)["runs"][0]["under"][s]["energy_by_component_j"]);
    }
    EXPECT_EQ(imcsim({"recost", rram.string(), (dir / "none").string(), "--costs", "isaac"}).status, 2);
}

TEST(ResultReader, MergesLayersAndKeepsWhatPricingNeeds)
{
    const ResultFile file = read_result_file(R"( {"schema": "imcsim.result/1", "layers": [{"name": "a ] \" }"}],
        "clock_hz": 1e9, "ledger": [
        {"component":"adc","event":"conversion","category":"dynamic","layer":"a","phase":"inference","count":2,"unit_energy_j":1.5e-12},
        {"component":"adc","event":"conversion","category":"dynamic","layer":null,"phase":"inference","count":3,"unit_energy_j":1.5e-12},
        {"phase":"program","count":7,"unit_energy_j":0,"component":"array","event":"w\u0072ite","category":"write","tile_type":"a\"b","range":[0.5, 2], "later": {"x": [1]}}
        ], "warnings": []} )");
    EXPECT_EQ(*file.rest, json::parse(R"({"schema": "imcsim.result/1", "clock_hz": 1e9})"));
    ASSERT_EQ(file.ledger->size(), 2u);
    EXPECT_EQ((*file.ledger)[0].count, 5);
    EXPECT_EQ((*file.ledger)[0].unit_energy_j, 1.5e-12);
    EXPECT_EQ((*file.ledger)[0].range.high, 1.0);
    EXPECT_EQ((*file.ledger)[1].event, "write");
    EXPECT_EQ((*file.ledger)[1].tile_type, "a\"b");
    EXPECT_EQ((*file.ledger)[1].range.low, 0.5);
    EXPECT_FALSE(read_result_file("{}").ledger.has_value());
}

TEST(ResultReader, RefusesWhatIsNoResult)
{
    const std::string line =
        R"({"component":"adc","event":"e","category":"dynamic","phase":"inference","count":2,"unit_energy_j":1})";
    EXPECT_EQ(read_result_file("{\"ledger\": [" + line + "]}").ledger->size(), 1u);
    for (const std::string& text :
         {std::string(), std::string("[]"), std::string("{"), std::string("{\"a\": 1"), std::string("{\"a\": [1}"),
          std::string("{\"a\" 1}"), std::string("{\"a\": \"b}"), std::string("{} {}"), "{\"ledger\": [" + line + "}",
          "{\"ledger\": [" + line + " " + line + "]}", std::string("{\"ledger\": [{\"component\":\"adc\"}]}"),
          std::string("{\"ledger\": {}}"),
          "{\"ledger\": [" + std::string(line).replace(line.find(":2"), 2, ":nan") + "]}",
          "{\"ledger\": [" + std::string(line).replace(line.find(":2"), 2, ":2.5") + "]}"})
        EXPECT_ANY_THROW(read_result_file(text)) << text;
    const std::string most = std::string(line).replace(line.find(":2"), 2, ":9223372036854775807");
    EXPECT_EQ(read_result_file("{\"ledger\": [" + most + "]}").ledger->front().count, INT64_MAX);
    EXPECT_ANY_THROW(read_result_file("{\"ledger\": [" + most + "," + line + "]}")) << "beyond 64 bits together";
}

TEST(InParallel, ThrowsWhatTheFirstFailingJobThrows)
{
    for (int repeat = 0; repeat < 20; ++repeat) {
        std::vector<int> done(200, 0);
        try {
            in_parallel(done.size(), [&](std::size_t i) {
                if (i == 70 || i == 71 || i == 199)
                    throw std::runtime_error(std::to_string(i));
                done[i] = 1;
            });
            FAIL();
        } catch (const std::runtime_error& e) {
            EXPECT_STREQ(e.what(), "70");
        }
        for (std::size_t i = 0; i < 70; ++i)
            EXPECT_EQ(done[i], 1) << i;
    }
}

TEST(Ranking, AgreesWithFiguresWorkedByHand)
{
    EXPECT_DOUBLE_EQ(spearman({1, 2, 3}, {10, 20, 30}), 1.0);
    EXPECT_DOUBLE_EQ(kendall({1, 2, 3}, {30, 20, 10}), -1.0);
    // One swap of neighbours among four: rho = 1 - 6·2 / (4·15), tau = (5 - 1) / 6.
    EXPECT_DOUBLE_EQ(spearman({1, 2, 3, 4}, {1, 3, 2, 4}), 0.8);
    EXPECT_DOUBLE_EQ(kendall({1, 2, 3, 4}, {1, 3, 2, 4}), 4.0 / 6.0);
    // A tie in one of two: tau-b = 2 / sqrt(3·2), rho = 1.5 / sqrt(2·1.5).
    EXPECT_DOUBLE_EQ(kendall({1, 2, 3}, {1, 1, 2}), 2.0 / std::sqrt(6.0));
    EXPECT_DOUBLE_EQ(spearman({1, 2, 3}, {1, 1, 2}), 1.5 / std::sqrt(3.0));
    EXPECT_TRUE(std::isnan(kendall({1, 2}, {5, 5})));
    EXPECT_THROW(kendall({1, 2}, {5}), std::invalid_argument);
}

TEST(Ranking, EqualPointsStayBothAndWorseOnesGo)
{
    EXPECT_THAT(non_dominated({1, 2, 2, 3, 1}, {5, 4, 4, 4, 5}), ElementsAre(1, 1, 1, 0, 1));
    EXPECT_THAT(non_dominated({1, 1}, {5, 4}), ElementsAre(0, 1));
}

} // namespace
