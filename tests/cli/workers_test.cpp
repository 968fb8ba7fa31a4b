#include "sim/cli/workers.h"

#include <csignal>
#include <map>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/cli/output.h"
#include "sim/base/errors.h"

using namespace imc;
using namespace imc::cli;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace
{

std::map<std::size_t, JobEnd> run_all(std::size_t count, std::size_t parallel,
                                      const std::function<int(std::size_t)>& job)
{
    std::map<std::size_t, JobEnd> ends;
    run_jobs(count, parallel, job, [&](const JobEnd& end) { EXPECT_TRUE(ends.emplace(end.index, end).second); });
    return ends;
}

TEST(Workers, RunEveryJobOnceInAProcessOfItsOwn)
{
    const pid_t parent = ::getpid();
    int calls = 0; // a job's change of the parent's memory must not be seen here
    const auto ends = run_all(20, 3, [&](std::size_t i) {
        ++calls;
        return ::getpid() != parent && calls == 1 ? static_cast<int>(i % 2) : 99;
    });
    ASSERT_EQ(ends.size(), 20u);
    for (const auto& [index, end] : ends)
        EXPECT_EQ(end.status, static_cast<int>(index % 2));
    EXPECT_EQ(calls, 0);
}

TEST(Workers, ReportHowAJobFailedAndGoOn)
{
    const auto ends = run_all(6, 2, [](std::size_t i) -> int {
        switch (i) {
        case 0:
            throw ConfigError("file.json: a.b", "is wrong");
        case 1:
            throw RunError("does not fit");
        case 2:
            throw std::logic_error("surprise");
        case 3:
            std::raise(SIGKILL);
            return 0;
        case 4:
            note(std::string(200000, 'x')); // more than a pipe holds
            return 0;
        default:
            print("lost");
            return 0;
        }
    });
    EXPECT_EQ(ends.at(0).status, 2);
    EXPECT_EQ(ends.at(0).message, "file.json: a.b: is wrong");
    EXPECT_EQ(ends.at(1).status, 1);
    EXPECT_EQ(ends.at(1).message, "does not fit");
    EXPECT_EQ(ends.at(2).status, 1);
    EXPECT_THAT(ends.at(2).message, HasSubstr("surprise"));
    EXPECT_EQ(ends.at(3).status, 128 + SIGKILL);
    EXPECT_THAT(ends.at(3).message, HasSubstr("killed by signal 9"));
    EXPECT_EQ(ends.at(4).message.size(), 200000u);
    EXPECT_EQ(ends.at(5).status, 0);
    EXPECT_EQ(ends.at(5).message, "");
}

TEST(Workers, EndWithTheParentThatGivesUp)
{
    EXPECT_THROW(run_jobs(
                     4, 4,
                     [](std::size_t i) {
                         if (i != 0)
                             ::sleep(30);
                         return 0;
                     },
                     [](const JobEnd&) { throw RunError("disk full"); }),
                 RunError);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left";
}

TEST(Workers, RefuseACommandThatIsNotThere) { EXPECT_THROW(run_command("no-such-command", {}), RunError); }

} // namespace
