#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nas/evaluators/csv.h"
#include "nas/evaluators/simulator.h"
#include "nas/study/study.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/run/run.h"
#include "tests/nas/program.h"
#include "tests/support/shared.h"
#include "workloads/network.h"
#include "workloads/read/json_reader.h"

using namespace imc;
using namespace imc::nas;
using testing::HasSubstr;
using testing::StartsWith;

namespace
{

const std::filesystem::path studies = std::filesystem::path(IMC_SOURCE_DIR) / "configs/studies";

/// A stand-in for the table: one row for all.
const char* const one_row = "architecture,test_accuracy_seed0_pct,flops\nany,90,5\n";

std::vector<std::string> settings(const std::filesystem::path& table)
{
    return {"evaluator.parts[0].file=" + table.string(), "evaluator.parts[0].key[0].text=any"};
}

std::unique_ptr<Study> macro_study(const std::filesystem::path& table, const std::vector<std::string>& sets = {})
{
    auto document = config::Document::load(studies / "macro_chip.json");
    for (const std::string& set : settings(table))
        document.set(set);
    for (const std::string& set : sets)
        document.set(set);
    return std::make_unique<Study>(document.read<StudyConfig>());
}

std::string refusal(const std::filesystem::path& table, const std::vector<std::string>& sets)
{
    try {
        macro_study(table, sets);
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "accepted";
}

/// Multiply-adds of convolutions and parameters are in the published table, for every network of the space.
TEST(MacroNetworks, HaveTheOperationsAndParametersOfThePublishedTable)
{
    IMC_SHARED_OR_SKIP(file, "data/nas/nas_bench_macro_cifar10.csv");
    const Csv table = Csv::load(file);
    const auto study = macro_study(
        file,
        {R"(evaluator.parts[0].key[0].text={block[0]}{block[1]}{block[2]}{block[3]}{block[4]}{block[5]}{block[6]}{block[7]})"});
    RandomStream random(1, "test");
    Candidate candidate = study->space().sample(random);
    std::size_t checked = 0;
    for (std::size_t r = 0; r < table.rows.size(); r += 13) {
        for (std::size_t b = 0; b < 8; ++b)
            candidate[b] = table.rows[r][0][b] - '0';
        const auto text = resolved_network(study->evaluator(), candidate);
        ASSERT_TRUE(text);
        const Import import = build_graph(parse_json_network(*text, "network"));
        // Batch norm has two parameters a channel, the bias it is folded into one.
        std::int64_t channels = 0;
        for (const LayerSummary& layer : layers(import.graph))
            channels += layer.op == "Conv" ? layer.output_shape[1] : 0;
        EXPECT_EQ(std::to_string(parameters(import.graph) + channels), table.rows[r][4]) << table.rows[r][0];
        EXPECT_EQ(std::to_string(macs(import.graph)), table.rows[r][5]) << table.rows[r][0];
        ++checked;
    }
    EXPECT_EQ(checked, 505u);
}

TEST(Join, HasTheMetricsOfAllPartsAndKnowsBeforehandWhatTheyKnow)
{
    const nas::test::Scratch scratch;
    const auto table = scratch.write("t.csv", one_row);
    const auto study = macro_study(table);
    auto& evaluator = const_cast<Evaluator&>(study->evaluator());
    const auto flops = evaluator.find("flops"), bits = evaluator.find("required_bits"),
               energy = evaluator.find("energy_j");
    ASSERT_TRUE(flops && bits && energy);
    EXPECT_TRUE(evaluator.known(*flops) && evaluator.known(*bits));
    EXPECT_FALSE(evaluator.known(*energy));
    EXPECT_FALSE(evaluator.costly(*flops));
    EXPECT_TRUE(evaluator.costly(*bits));
    EXPECT_FALSE(evaluator.find("flips"));
    RandomStream random(1, "test");
    Candidate c = study->space().sample(random);
    ASSERT_TRUE(repair(study->space(), c, random));
    EXPECT_EQ(evaluator.peek(*flops, c), 5);
    EXPECT_GE(evaluator.peek(*bits, c), 1);
}

TEST(Join, EvaluatesAStudyThatHoldsTheConvertersToTheirNeeds)
{
    const nas::test::Scratch scratch;
    const auto table = scratch.write("t.csv", one_row);
    std::vector<std::string> arguments = {"run",
                                          (studies / "macro_chip.json").string(),
                                          "--set",
                                          "evaluations=8",
                                          "--set",
                                          "algorithm.name=quasi_random",
                                          "--quiet",
                                          "--out",
                                          (scratch / "o").string()};
    for (const std::string& set : settings(table))
        arguments.insert(arguments.end(), {"--set", set});
    auto ended = nas::test::run(scratch, arguments);
    ASSERT_EQ(ended.code(), 0) << ended.err;
    arguments[0] = "export";
    std::erase(arguments, "--quiet");
    arguments.insert(arguments.end(), {"--format", "json", "--to", (scratch / "t.json").string(), "--experiments",
                                       (scratch / "e").string()});
    ended = nas::test::run(scratch, arguments);
    ASSERT_EQ(ended.code(), 0) << ended.err;
    std::size_t analog = 0;
    const auto exported = nlohmann::json::parse(nas::test::content(scratch / "t.json"));
    for (const auto& trial : exported.at("trials")) {
        EXPECT_EQ(trial.at("state"), "done") << trial.at("reason");
        EXPECT_EQ(trial.at("objectives").at("error_pct"), 10);
        const auto& candidate = trial.at("candidate");
        if (!candidate.contains("adc_bits"))
            continue;
        ++analog;
        EXPECT_GE(candidate.at("adc_bits").get<double>(), trial.at("metrics").at("required_bits").get<double>());
        // What is exported is the experiment that was simulated, its network beside it.
        const auto file = scratch / "e" / ("trial_00000" + std::to_string(trial.at("trial").get<int>()) + ".json");
        const auto e = config::Document::load(file).read<run::Experiment>();
        std::string name = "macro_";
        for (int b = 0; b < 8; ++b)
            name += candidate.at("block[" + std::to_string(b) + "]").get<std::string>();
        EXPECT_EQ(load_network(e.network).name, name);
    }
    EXPECT_GT(analog, 0u);
}

TEST(Join, RefusesWithTheKeyOfThePart)
{
    const nas::test::Scratch scratch;
    const auto table = scratch.write("t.csv", one_row);
    const std::string file = (studies / "macro_chip.json").string();
    EXPECT_THAT(refusal(table, {"evaluator.parts[0].file=absent.csv"}),
                StartsWith(file + ": evaluator.parts[0].file: "));
    EXPECT_THAT(refusal(table, {"evaluator.parts[0].key[0].column=architektur"}),
                StartsWith(file + ": evaluator.parts[0].key[0].column: "));
    EXPECT_THAT(refusal(table, {"evaluator.parts[0].key[0].text=a{device}"}),
                AllOf(StartsWith(file + ": evaluator.parts[0].file: "), HasSubstr("has no row for")));
    EXPECT_THAT(refusal(table, {"evaluator.parts[1].set[1]=chip.clock_ghz={rws}"}),
                AllOf(StartsWith(file + ": evaluator.parts[1].set[1]: "), HasSubstr("did you mean 'rows'?")));
    EXPECT_THAT(refusal(table, {"evaluator.parts[1].network=absent.json"}),
                StartsWith(file + ": evaluator.parts[1].network: "));
    EXPECT_THAT(
        refusal(table, {"evaluator.parts[1].network=" + scratch.write("n.json", R"({"layers": ["{blok}"]})").string()}),
        AllOf(StartsWith(file + ": evaluator.parts[1].network: "), HasSubstr("n.json: layers[0]: ")));
    const auto clash = scratch.write("c.csv", "architecture,test_accuracy_seed0_pct,energy_j\nany,90,5\n");
    EXPECT_THAT(refusal(clash, {}),
                StartsWith(file + ": evaluator.parts[1].prefix: an earlier part has a metric 'energy_j' too"));
    EXPECT_EQ(refusal(clash, {"evaluator.parts[0].prefix=table.",
                              "objectives[0].expression=100 - table.test_accuracy_seed0_pct"}),
              "accepted");
}

} // namespace
