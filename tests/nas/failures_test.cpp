#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <ctime>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nas/space/count.h"
#include "nas/study/cpu_time.h"
#include "tests/nas/program.h"
#include "tests/nas/search.h"

using namespace imc;
using namespace imc::nas;
using testing::HasSubstr;

namespace
{

/// Crashes, hangs or prints garbage for some candidates.
const char* const script = R"(read request
a=$(printf '%s' "$request" | sed 's/.*"a":\([0-9]*\).*/\1/'); b=$(printf '%s' "$request" | sed 's/.*"b":\([0-9]*\).*/\1/')
case $(((a * 5 + b * 11 + a * b) % 24)) in
1) kill -SEGV $$;;
2) while :; do :; done;;
3) echo "training went well";;
4) echo '{"f1": null, "f2": 1}'; exit 0;;
5) echo "out of luck" >&2; exit 3;;
6) echo '{"f1": 1}'; exit 0;;
8) echo '{"f1": "fast", "f2": 1}'; exit 0;;
esac
echo "{\"f1\": $((a * 10 + b % 7)), \"f2\": $(((40 - a) * (40 - a) + b))}"
)";

TEST(Failures, AreNamedAndNeverReachTheFront)
{
    const test::Scratch scratch;
    scratch.write("e.sh", script);
    const auto file = scratch.write("s.json", R"({"schema":"imcsim.study/1","evaluations":80,
        "variables":[{"name":"a","type":"integer","low":0,"high":40},{"name":"b","type":"integer","low":0,"high":30}],
        "objectives":[{"name":"f1"},{"name":"f2"}],"algorithm":{"name":"quasi_random"},
        "evaluator":{"type":"command","command":["sh","{study}/e.sh"],"metrics":["f1","f2"]},
        "execution":{"cpu_limit_s":1,"wall_limit_s":100,"workers":2}})");
    const std::string out = (scratch / "o").string();
    ASSERT_EQ(test::run(scratch, {"run", file.string(), "--out", out, "--quiet"}).code(), 0);
    const std::string log = test::content(scratch / "o/trials.csv"), front = test::content(scratch / "o/front.csv");
    EXPECT_THAT(log, HasSubstr("was ended by signal 11"));
    EXPECT_THAT(log, HasSubstr("used more than 1 s of CPU time"));
    EXPECT_THAT(log, HasSubstr("printed no JSON object but 'training went well"));
    EXPECT_THAT(log, HasSubstr("objective 'f1' is nan"));
    EXPECT_THAT(log, HasSubstr("exit code 3: out of luck"));
    EXPECT_THAT(log, HasSubstr("its output has no 'f2'"));
    EXPECT_THAT(log, HasSubstr("its 'f1' is no number but \"\"fast\"\""));
    EXPECT_THAT(front, HasSubstr(",done,"));
    EXPECT_EQ(front.find("failed"), std::string::npos);
    const auto report = test::run(scratch, {"report", file.string(), "--out", out});
    EXPECT_EQ(report.code(), 0) << report.err;
    const std::string page = test::content(scratch / "o/report.html");
    EXPECT_THAT(page, HasSubstr("out of luck"));
    EXPECT_EQ(page.find("src="), std::string::npos); // nothing from elsewhere
    EXPECT_EQ(page.find("href="), std::string::npos);
}

TEST(Failures, AnEvaluationThatSleepsIsEndedInTime)
{
    const test::Scratch scratch;
    const auto file = scratch.write("s.json", R"({"schema":"imcsim.study/1","evaluations":2,
        "variables":[{"name":"a","type":"integer","low":0,"high":40}],"objectives":[{"name":"f1"}],
        "evaluator":{"type":"command","command":["sleep","100"],"metrics":["f1"]},
        "execution":{"cpu_limit_s":1,"wall_limit_s":0.5,"workers":2}})");
    const auto started = std::chrono::steady_clock::now();
    ASSERT_EQ(test::run(scratch, {"run", file.string(), "--out", (scratch / "o").string(), "--quiet"}).code(), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(20));
    EXPECT_THAT(test::content(scratch / "o/trials.csv"), HasSubstr("took longer than 0.5 s"));
}

TEST(Failures, AnEvaluationIsEndedWhenAllItsProcessesTogetherHaveUsedTheirTime)
{
    const test::Scratch scratch;
    scratch.write("e.sh", "for i in 1 2 3; do (while :; do :; done) & done; wait");
    const auto file = scratch.write("s.json", R"({"schema":"imcsim.study/1","evaluations":1,
        "variables":[{"name":"a","type":"integer","low":0,"high":40}],"objectives":[{"name":"f1"}],
        "evaluator":{"type":"command","command":["sh","{study}/e.sh"],"metrics":["f1"]},
        "execution":{"cpu_limit_s":0.3,"wall_limit_s":100,"workers":1}})");
    const auto started = std::chrono::steady_clock::now();
    ASSERT_EQ(test::run(scratch, {"run", file.string(), "--out", (scratch / "o").string(), "--quiet"}).code(), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(20));
    EXPECT_THAT(test::content(scratch / "o/trials.csv"), HasSubstr("used more than 0.3 s of CPU time"));
}

TEST(CpuTime, IsThatOfAProcessAndOfThoseItStarted)
{
    const double before = cpu_seconds(getpid());
    const pid_t child = fork();
    if (child == 0) {
        while (static_cast<double>(clock()) / CLOCKS_PER_SEC < 0.25)
            ;
        pause();
    }
    while (cpu_seconds(child) < 0.2)
        usleep(1000);
    EXPECT_GE(cpu_seconds(getpid()) - before, 0.19);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    EXPECT_GE(cpu_seconds(getpid()) - before, 0.19) << "it was waited for";
}

/// A problem of 20,736 candidates.
std::vector<VariableConfig> grid()
{
    VariableConfig v;
    v.name = "v";
    v.kind = Kind::integer;
    v.count = 4;
    v.low = 0;
    v.high = 11;
    return {v};
}

Objectives values(const Candidate& c)
{
    const double x = c[0] / 11, g = 1 + 0.3 * (std::abs(c[1] - 5) + std::abs(c[2] - 8) + std::abs(c[3] - 2));
    return {x + 0.02 * (g - 1), g * (1 - std::sqrt(x / g))};
}

const Objectives reference = {1.1, 4.0};

/// The hypervolume that the default algorithm reaches where some candidates fail, median of three seeds.
double reached(const Space& space, std::size_t budget, const std::function<bool(const Candidate&)>& fails)
{
    std::vector<double> volumes;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const auto done = test::search(
            {}, {&space, 2, {}, budget, 1, seed},
            [&](const Candidate& c) {
                return fails(c) ? Outcome{{}, 0, true} : Outcome{values(c), 0, false};
            },
            8);
        volumes.push_back(hypervolume(test::points(*done), reference));
    }
    std::sort(volumes.begin(), volumes.end());
    return volumes[1];
}

class FailuresCost : public testing::TestWithParam<std::size_t>
{
protected:
    Space space{grid()};
};

TEST_P(FailuresCost, AtMostTwoPercentIfATenthFailsAtRandom)
{
    const auto random = [&](const Candidate& c) {
        return RandomStream(7, "fails", static_cast<std::uint64_t>(c[0] + 12 * (c[1] + 12 * (c[2] + 12 * c[3]))))
                   .uniform() < 0.1;
    };
    const double whole = reached(space, GetParam(), [](const Candidate&) { return false; });
    EXPECT_GE(reached(space, GetParam(), random), 0.98 * whole);
}

TEST_P(FailuresCost, AtMostFivePercentOfWhatIsLeftIfJustTheBestTenthFails)
{
    std::vector<Candidate> all;
    std::vector<Objectives> points;
    for_each_candidate(space, 1'000'000, [&](const Candidate& c) {
        all.push_back(c);
        points.push_back(values(c));
        return true;
    });
    const auto ranks = non_dominated_ranks(points);
    std::vector<std::size_t> sorted = ranks;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t limit = sorted[sorted.size() / 10];
    std::set<Candidate> best;
    std::vector<Objectives> remaining;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (ranks[i] <= limit)
            best.insert(all[i]);
        else
            remaining.push_back(points[i]);
    const double possible = hypervolume(remaining, reference);
    ASSERT_LT(possible, 0.99 * hypervolume(points, reference));
    EXPECT_GE(reached(space, GetParam(), [&](const Candidate& c) { return best.contains(c); }), 0.95 * possible);
}

INSTANTIATE_TEST_SUITE_P(Evaluations, FailuresCost, testing::Values(60, 2000));

} // namespace
