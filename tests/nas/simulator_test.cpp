#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nas/evaluators/simulator.h"
#include "nas/study/study.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/run/result_json.h"
#include "sim/run/run.h"
#include "tests/nas/program.h"

using namespace imc;
using namespace imc::nas;
using testing::HasSubstr;

namespace
{

const std::filesystem::path studies = std::filesystem::path(IMC_SOURCE_DIR) / "configs/studies";

std::size_t metric(const Study& study, const std::string& name)
{
    const auto& names = study.evaluator().metrics();
    const auto it = std::find(names.begin(), names.end(), name);
    EXPECT_NE(it, names.end()) << name;
    return static_cast<std::size_t>(it - names.begin());
}

Candidate chip(const Study& study, int rows, int adc_bits)
{
    return study.space().parse(nlohmann::json::parse(R"({"rows":)" + std::to_string(rows) +
                                                     R"(,"columns":128,"cell_bits":2,"adc_bits":)" +
                                                     std::to_string(adc_bits) + R"(,"cores":12,"flit_bits":256})"));
}

TEST(Simulator, GivesTheMetricsOfTheResolvedExperiment)
{
    const auto study = Study::load(studies / "lenet5_chip.json");
    const Candidate candidate = chip(*study, 128, 8);
    const test::Scratch scratch;
    const auto file = scratch.write("e.json", resolved_experiment(study->evaluator(), candidate, 0));
    const auto experiment = config::Document::load(file).read<run::Experiment>();
    EXPECT_EQ(experiment.chip.noc.flit_bits, 256);
    // The rest in a process of its own, as the runner does it: one elaboration each.
    EXPECT_EXIT(
        {
            const auto values = study->evaluator().evaluate({&candidate, 0, 0, 0, 1, {}});
            ::_exit(values[metric(*study, "latency_s")] > 0 && values[metric(*study, "fits")] == 1 ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
}

TEST(Simulator, KnowsBeforeSimulatingWhatTheMappingSays)
{
    const auto study = Study::load(studies / "lenet5_chip.json");
    const auto& evaluator = study->evaluator();
    EXPECT_EQ(evaluator.peek(metric(*study, "fits"), chip(*study, 128, 8)), 1);
    const double needed = evaluator.peek(metric(*study, "required_bits"), chip(*study, 128, 8));
    EXPECT_GT(needed, 4);
    EXPECT_FALSE(study->space().admissible(chip(*study, 128, 4)));
    EXPECT_TRUE(study->space().admissible(chip(*study, 128, 10)));
    EXPECT_FALSE(evaluator.known(metric(*study, "energy_j")));
}

TEST(Simulator, RunsAStudyWithTheSameLogForAnyNumberOfWorkers)
{
    const test::Scratch scratch;
    for (const char* workers : {"1", "4"}) {
        const auto ended =
            test::run(scratch, {"run", (studies / "lenet5_chip.json").string(), "--set", "evaluations=12", "--out",
                                (scratch / workers).string(), "--workers", workers, "--quiet"});
        ASSERT_EQ(ended.code(), 0) << ended.err;
    }
    const std::string log = test::content(scratch / "1/trials.csv");
    EXPECT_EQ(log, test::content(scratch / "4/trials.csv"));
    EXPECT_THAT(log, HasSubstr("\n11,0,done,"));
    EXPECT_EQ(log.find(",failed,"), std::string::npos);
}

TEST(Simulator, RefusesPathsThatTheExperimentDoesNotHave)
{
    auto document = config::Document::load(studies / "lenet5_chip.json");
    document.set("evaluator.set=[\"chip.tiles[0].core.macro.adc.bitz={adc_bits}\"]");
    try {
        Study study(document.read<StudyConfig>());
        ADD_FAILURE() << "accepted";
    } catch (const ConfigError& e) {
        EXPECT_THAT(e.what(), HasSubstr("evaluator.set: "));
        EXPECT_THAT(e.what(), HasSubstr("did you mean 'bits'?"));
    }
}

} // namespace
