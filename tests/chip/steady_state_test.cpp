#include "sim/run/steady_state.h"

#include <gtest/gtest.h>

namespace
{

using namespace imc;
using namespace imc::run;

std::vector<Cycle> after(std::initializer_list<Cycle> intervals)
{
    std::vector<Cycle> completions{1000};
    for (const Cycle interval : intervals)
        completions.push_back(completions.back() + interval);
    return completions;
}

TEST(SteadyState, IsFoundAtOnceWhereNothingCanBeFaster)
{
    EXPECT_FALSE(find_steady_state(after({90, 80, 80}), 80));
    const auto found = find_steady_state(after({90, 80, 80, 80}), 80);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->interval, 80.0);
    EXPECT_EQ(found->period, 1);
}

TEST(SteadyState, IsNotMistakenForThreeEqualIntervalsOfALongerPattern)
{
    EXPECT_FALSE(find_steady_state(after({86, 86, 86, 78, 86, 86, 86, 78, 86, 86, 86}), 70));
    const auto found = find_steady_state(after({86, 86, 86, 78, 86, 86, 86, 78, 86, 86, 86, 78}), 70);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->interval, 84.0);
    EXPECT_EQ(found->period, 4);
    EXPECT_EQ(found->seen, 12u);
}

TEST(SteadyState, LastsOnlyWhereEveryActorKeepsUpWithTheOutput)
{
    // Two actors of 4 and 1 firings an inference; the first falls behind by a firing in three inferences.
    const std::vector<std::vector<std::int64_t>> behind{{40, 9}, {44, 10}, {48, 11}, {51, 12}};
    EXPECT_FALSE(lasts(behind, {4, 1}, 3, 100));
    EXPECT_TRUE(lasts(behind, {4, 1}, 0, 100));
    const std::vector<std::vector<std::int64_t>> ahead{{40, 9}, {44, 10}, {49, 11}, {52, 12}};
    EXPECT_TRUE(lasts(ahead, {4, 1}, 3, 100));
}

TEST(SteadyState, LastsWhereAnActorIsThroughWithAllThereIs)
{
    const std::vector<std::vector<std::int64_t>> done{{76, 9}, {80, 10}, {80, 11}, {80, 12}};
    EXPECT_TRUE(lasts(done, {4, 1}, 3, 20));
    EXPECT_FALSE(lasts(done, {4, 1}, 3, 21));
}

} // namespace
