#include <csignal>

#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "tests/nas/program.h"

using namespace imc;
using namespace imc::nas::test;
using testing::HasSubstr;

namespace
{

/// A program of a few milliseconds whose results depend on the candidate alone.
const char* const script = R"(read request
a=$(printf '%s' "$request" | sed 's/.*"a":\([0-9]*\).*/\1/'); b=$(printf '%s' "$request" | sed 's/.*"b":\([0-9]*\).*/\1/')
echo "{\"f1\": $((a * 10 + b % 7)), \"f2\": $(((40 - a) * (40 - a) + b))}"
)";

const char* const by_command = R"({"schema":"imcsim.study/1","evaluations":80,
    "variables":[{"name":"a","type":"integer","low":0,"high":40},{"name":"b","type":"integer","low":0,"high":30}],
    "objectives":[{"name":"f1"},{"name":"f2"}],"algorithm":{"name":"nsga2"},
    "evaluator":{"type":"command","command":["sh","{study}/e.sh"],"metrics":["f1","f2"]},
    "execution":{"cpu_limit_s":10}})";

/// Nearly all of its time goes into the journal.
const char* const by_function = R"({"schema":"imcsim.study/1","evaluations":3000,
    "variables":[{"name":"x","type":"real","count":30}],"objectives":[{"name":"f1"},{"name":"f2"}],
    "evaluator":{"type":"function","problem":"zdt1"},"algorithm":{"name":"nsga2"}})";

class Resume : public testing::Test
{
protected:
    Scratch scratch;
    std::filesystem::path study(const char* text)
    {
        scratch.write("e.sh", script);
        return scratch.write("s.json", text);
    }
    std::vector<std::string> arguments(const std::string& out, std::vector<std::string> more = {})
    {
        std::vector<std::string> all = {"run", (scratch / "s.json").string(), "--out", (scratch / out).string(),
                                        "--quiet"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    std::string log(const std::string& out) { return content(scratch / (out + "/trials.csv")); }
    std::string front(const std::string& out) { return content(scratch / (out + "/front.csv")); }

    /// Kills a study at random moments, lets it end, and compares it with one that was left alone.
    void survive(const char* text, int kills, std::uint64_t longest_us)
    {
        study(text);
        ASSERT_EQ(run(scratch, arguments("whole")).code(), 0);
        RandomStream random(1, "kills");
        int killed = 0;
        for (int i = 0; i < kills; ++i) {
            const pid_t child = start(scratch, arguments("killed", {"--resume"}));
            usleep(static_cast<useconds_t>(random.below(longest_us)));
            kill(child, SIGKILL);
            killed += WIFSIGNALED(finish(scratch, child).status);
        }
        EXPECT_GT(killed, kills / 2);
        const Ended last = run(scratch, arguments("killed", {"--resume"}));
        ASSERT_EQ(last.code(), 0) << last.err;
        EXPECT_EQ(log("killed"), log("whole"));
        EXPECT_EQ(front("killed"), front("whole"));
    }
};

TEST_F(Resume, GivesTheSameLogWithAnyNumberOfWorkers)
{
    study(by_command);
    for (const char* workers : {"1", "2", "8"})
        ASSERT_EQ(run(scratch, arguments(workers, {"--workers", workers})).code(), 0);
    EXPECT_GT(log("1").size(), 1000u);
    EXPECT_EQ(log("1"), log("2"));
    EXPECT_EQ(log("1"), log("8"));
}

TEST_F(Resume, AfterTwentyKillsDuringEvaluationsNothingIsDifferent) { survive(by_command, 20, 100'000); }

TEST_F(Resume, AfterTwentyKillsDuringWritesNothingIsDifferent) { survive(by_function, 20, 60'000); }

TEST_F(Resume, ASecondProcessIsToldThatTheStudyRuns)
{
    scratch.write("e.sh", script);
    scratch.write("slow.sh", "sleep 0.3\n. \"$0.d\"\n");
    scratch.write("slow.sh.d", script);
    std::string text = by_command;
    text.replace(text.find("e.sh"), 4, "slow.sh");
    scratch.write("s.json", text);
    const pid_t first = start(scratch, arguments("shared"));
    const Scratch* own = &scratch;
    for (int i = 0; i < 100 && !std::filesystem::exists(*own / "shared/study.db-wal"); ++i)
        usleep(20'000);
    usleep(200'000);
    const Ended second = run(scratch, arguments("shared", {"--resume"}));
    EXPECT_EQ(second.code(), 1);
    EXPECT_THAT(second.err, HasSubstr("the study is being run by process " + std::to_string(first)));
    const Ended status =
        run(scratch, {"status", (scratch / "s.json").string(), "--out", (scratch / "shared").string(), "--json"});
    EXPECT_EQ(status.code(), 0) << status.err;
    EXPECT_THAT(status.out, HasSubstr("\"running_process\": " + std::to_string(first)));
    kill(first, SIGKILL);
    finish(scratch, first);
    const Ended after =
        run(scratch, {"status", (scratch / "s.json").string(), "--out", (scratch / "shared").string(), "--json"});
    EXPECT_THAT(after.out, HasSubstr("\"running_process\": 0"));
}

TEST_F(Resume, IsAskedForWhereTrialsExistAndRefusedForAnotherStudy)
{
    study(by_function);
    const std::vector<std::string> short_run = {"--set", "evaluations=50"};
    ASSERT_EQ(run(scratch, arguments("o", short_run)).code(), 0);
    const Ended again = run(scratch, arguments("o", short_run));
    EXPECT_EQ(again.code(), 1);
    EXPECT_THAT(again.err, HasSubstr("go on with --resume"));
    const Ended other = run(scratch, arguments("o", {"--resume", "--set", "evaluations=50", "--set", "seed=2"}));
    EXPECT_EQ(other.code(), 2);
    EXPECT_THAT(other.err, HasSubstr("holds another study"));
}

TEST_F(Resume, AfterADiskFullTheStudyGoesOn)
{
    study(by_function);
    ASSERT_EQ(run(scratch, arguments("whole")).code(), 0);
    // A limit on file sizes fails writes as a full disk does.
    const pid_t child = start(scratch, arguments("full"), [] {
        const rlimit limit{400'000, 400'000};
        setrlimit(RLIMIT_FSIZE, &limit);
    });
    const Ended full = finish(scratch, child);
    EXPECT_EQ(full.code(), 1);
    EXPECT_THAT(full.err, HasSubstr("the disk is full"));
    EXPECT_THAT(full.err, HasSubstr("--resume"));
    ASSERT_EQ(run(scratch, arguments("full", {"--resume"})).code(), 0);
    EXPECT_EQ(log("full"), log("whole"));
}

} // namespace
