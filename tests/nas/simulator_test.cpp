#include <cmath>
#include <cstdio>

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

TEST(Simulator, FoldsOverTheTraceAgreeWithTheResult)
{
    auto document = config::Document::load(studies / "lenet5_chip.json");
    document.set(R"(objectives=[{"name": "peak", "expression": "trace.power_w.max"},
        {"name": "p50", "expression": "trace.power_w.p50"}, {"name": "adc", "expression": "trace.power_w.adc.sum"},
        {"name": "sum", "expression": "trace.power_w.sum"}, {"name": "bins", "expression": "trace.power_w.count"},
        {"name": "packets", "expression": "trace.packet_latency_cycles.count"},
        {"name": "mean", "expression": "trace.packet_latency_cycles.mean"},
        {"name": "count", "expression": "counts.packets + counts.adc.conversion"},
        {"name": "busy", "expression": "trace.busy.max"},
        {"name": "layers", "expression": "layers.energy_j.sum"}, {"name": "first", "expression": "layers[0].energy_j"},
        {"name": "stall", "expression": "layers.stall_cycles.max / cycles"}])");
    const auto study = std::make_unique<Study>(document.read<StudyConfig>());
    const Candidate candidate = chip(*study, 128, 8);
    EXPECT_EXIT(
        {
            const auto values = study->evaluator().evaluate({&candidate, 0, 0, 0, 1, {}});
            const auto v = [&](const char* name) { return values.at(metric(*study, name)); };
            const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); };
            const double bin_s = 1e-6;
            const bool good = near(v("trace.power_w.max"), v("peak_power_w")) &&
                              near(v("trace.power_w.sum") * bin_s, v("energy_j")) &&
                              near(v("trace.power_w.adc.sum") * bin_s, v("energy_by_component_j.adc.dynamic")) &&
                              v("trace.power_w.count") == std::ceil(v("latency_s") / bin_s) &&
                              v("trace.power_w.p50") <= v("trace.power_w.max") &&
                              v("trace.packet_latency_cycles.count") == v("counts.packets") &&
                              near(v("trace.packet_latency_cycles.mean"), v("noc.average_packet_latency_cycles")) &&
                              v("trace.busy.max") > 0 && v("trace.busy.max") <= 1 &&
                              near(v("layers.energy_j.sum") + v("energy_unattributed_j"), v("energy_j")) &&
                              v("layers[0].energy_j") > 0 && v("layers[0].energy_j") < v("layers.energy_j.sum");
            for (const char* name :
                 {"trace.power_w.max", "peak_power_w", "trace.power_w.sum", "energy_j", "trace.power_w.adc.sum",
                  "energy_by_component_j.adc.dynamic", "trace.power_w.count", "latency_s",
                  "trace.packet_latency_cycles.count", "trace.packet_latency_cycles.mean",
                  "noc.average_packet_latency_cycles", "trace.busy.max", "layers.energy_j.sum"})
                std::fprintf(stderr, "%s %.12g\n", name, v(name));
            ::_exit(good ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
}

TEST(Simulator, RefusesFoldsThatATraceDoesNotHave)
{
    const auto refusal = [](const char* expression) -> std::string {
        auto document = config::Document::load(studies / "lenet5_chip.json");
        document.set(std::string("objectives[0].expression=") + expression);
        try {
            Study study(document.read<StudyConfig>());
        } catch (const ConfigError& e) {
            return e.what();
        }
        return "accepted";
    };
    EXPECT_THAT(refusal("trace.pwer_w.max"), HasSubstr("objectives[0].expression: "));
    EXPECT_THAT(refusal("trace.pwer_w.max"), HasSubstr("did you mean 'power_w'?"));
    EXPECT_THAT(refusal("trace.power_w.most"), HasSubstr("a percentile like p95"));
    EXPECT_THAT(refusal("trace.power_w.p101"), HasSubstr("a percentile like p95"));
    EXPECT_THAT(refusal("layers.stall.max"), HasSubstr("is neither a variable nor a metric"));
    EXPECT_EQ(refusal("trace.power_w.vector_unit.p99"), "accepted");
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
