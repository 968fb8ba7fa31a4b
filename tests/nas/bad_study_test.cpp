#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nas/study/study.h"
#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "tests/nas/program.h"

using namespace imc;
using namespace imc::nas;
using testing::HasSubstr;
using testing::StartsWith;

namespace
{

const std::string x = R"({"name":"x","type":"integer","low":1,"high":4})";
const std::string f1 = R"({"name":"f1"})";
const std::string zdt1 = R"({"type":"function","problem":"zdt1"})";

std::string study(const std::string& variables, const std::string& constraints, const std::string& objectives,
                  const std::string& evaluator)
{
    return R"({"schema":"imcsim.study/1","variables":[)" + variables + R"(],"constraints":[)" + constraints +
           R"(],"objectives":[)" + objectives + R"(],"evaluator":)" + evaluator + "}";
}

/// The message a study is refused with.
std::string refusal(const std::string& text)
{
    try {
        Study(config::Document::parse(text, "study.json").read<StudyConfig>());
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "accepted";
}

const std::string command = R"({"type":"command","command":["true"],"metrics":["error","latency_s"]})";

TEST(BadStudy, EmptyRange)
{
    EXPECT_THAT(refusal(study(R"({"name":"x","type":"integer","low":4,"high":1})", "", f1, zdt1)),
                StartsWith("study.json: variables[0].low: the range is empty"));
    EXPECT_THAT(refusal(study(x + R"(,{"name":"y","type":"ordinal"})", "", f1, zdt1)),
                StartsWith("study.json: variables[1].values: "));
}

TEST(BadStudy, UnknownObjective)
{
    EXPECT_EQ(refusal(study(x, "", R"({"name":"error"},{"name":"power"})", command)),
              "study.json: objectives[1].name: 'power', column 1: 'power' is neither a variable nor a metric of the "
              "evaluator");
    EXPECT_THAT(
        refusal(study(x, "", R"({"name":"e","expression":"100 * eror"})", command)),
        HasSubstr("objectives[0].expression: '100 * eror', column 7: 'eror' is neither a variable nor a metric of "
                  "the evaluator, did you mean 'error'?"));
    EXPECT_THAT(refusal(study(x, "", "", command)), HasSubstr("objectives: a study needs at least one objective"));
    EXPECT_THAT(refusal(study(x, "", R"({"name":"error","known_before_evaluation":true})", command)),
                StartsWith("study.json: objectives[0].known_before_evaluation: the evaluator has to run for 'error'"));
}

TEST(BadStudy, ConstraintsThatNobodyCanSatisfy)
{
    EXPECT_EQ(refusal(study(x, R"({"require":"x >= 1"},{"require":"x > 4"})", R"({"name":"error"})", command)),
              "study.json: constraints[1].require: no candidate satisfies it: every one was tried");
    EXPECT_EQ(refusal(study(x, R"({"require":"x > 2"},{"require":"x < 3"})", R"({"name":"error"})", command)),
              "study.json: constraints: no candidate satisfies it: every one was tried");
    EXPECT_THAT(
        refusal(study(R"({"name":"r","type":"real"})", R"({"require":"r * r > 2"})", R"({"name":"error"})", command)),
        HasSubstr("constraints[0].require: no candidate that satisfies it was found"));
    EXPECT_THAT(refusal(study(x, R"({"require":"x > "})", R"({"name":"error"})", command)),
                StartsWith("study.json: constraints[0].require: 'x > ', column 5: "));
}

TEST(BadStudy, TableWithoutANeededRow)
{
    const test::Scratch scratch;
    const auto file = scratch.write("t.csv", "x,error\n1,5\n2,4\n4,1\n");
    const std::string table = R"({"type":"table","file":")" + file.string() + "\"";
    EXPECT_THAT(refusal(study(x, "", R"({"name":"error"})", table + "}")),
                AllOf(StartsWith("study.json: evaluator.file: "), HasSubstr("has no row for {\"x\":3}")));
    EXPECT_EQ(refusal(study(x, "", R"({"name":"error"})", table + R"(,"missing":"inadmissible"})")), "accepted");
    EXPECT_THAT(refusal(study(x, "", R"({"name":"error"})", table + R"(,"key":[{"column":"y","text":"{x}"}]})")),
                StartsWith("study.json: evaluator.key[0].column: "));
    EXPECT_THAT(refusal(study(x, "", R"({"name":"error"})", table + R"(,"key":[{"column":"x","text":"{z}"}]})")),
                StartsWith("study.json: evaluator.key[0].text: unknown name 'z'"));
}

TEST(BadStudy, EndsTheProgramWithExitCodeTwoAndThePath)
{
    const test::Scratch scratch;
    const auto file = scratch.write("bad.json", study(x, "", R"({"name":"latency"})", command));
    const auto ended = test::run(scratch, {"run", file.string(), "--out", (scratch / "bad.nas").string()});
    EXPECT_EQ(ended.code(), 2);
    EXPECT_THAT(ended.err, HasSubstr("bad.json: objectives[0].name: "));
    EXPECT_FALSE(std::filesystem::exists(scratch / "bad.nas"));
    EXPECT_EQ(test::run(scratch, {"run", (scratch / "absent.json").string()}).code(), 2);
    EXPECT_EQ(test::run(scratch, {"ran"}).code(), 2);
    EXPECT_EQ(test::run(scratch, {"--help"}).code(), 0);
}

TEST(NasProgram, EveryCommandExplainsItselfAndRefusesOptionsOfOthers)
{
    const test::Scratch scratch;
    const auto listed = test::run(scratch, {"--help"});
    EXPECT_EQ(listed.code(), 0);
    for (const std::string name : {"run", "status", "export", "report", "check"}) {
        EXPECT_THAT(listed.out, HasSubstr("\n  " + name + " "));
        const auto help = test::run(scratch, {name, "--help"});
        EXPECT_EQ(help.code(), 0) << name;
        EXPECT_THAT(help.out, StartsWith("usage: imcsim nas " + name + " STUDY.json")) << name;
        const std::string other = name == "export" ? "--resume" : "--front";
        const auto ended = test::run(scratch, {name, "study.json", other});
        EXPECT_EQ(ended.code(), 2) << name;
        EXPECT_THAT(ended.err, HasSubstr("unknown option '" + other + "'")) << name;
    }
    for (const std::string workers : {"-1", "1025", "two"})
        EXPECT_EQ(test::run(scratch, {"run", "study.json", "--workers", workers}).code(), 2) << workers;
}

TEST(ShippedStudies, AreReadAndCounted)
{
    const std::filesystem::path studies = std::filesystem::path(IMC_SOURCE_DIR) / "configs/studies";
    std::size_t read = 0;
    for (const char* name : {"zdt1", "constr", "branches", "mixed", "command"}) {
        EXPECT_NE(Study::load(studies / (std::string(name) + ".json"))->size().text(), "");
        ++read;
    }
    EXPECT_EQ(read, 5u);
}

} // namespace
