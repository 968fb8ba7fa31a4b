#include "sim/base/random.h"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

using imc::RandomStream;

TEST(RandomStream, IsReproducibleAndIndependentOfOtherStreams)
{
    RandomStream a(1, "programming"), b(1, "programming"), other(1, "read"), sub(1, "programming", 1);
    for (int i = 0; i < 10; ++i)
        (void)other();
    int same_other = 0, same_sub = 0;
    RandomStream fresh_other(1, "read");
    for (int i = 0; i < 100; ++i) {
        const auto x = a();
        EXPECT_EQ(x, b());
        same_other += x == fresh_other();
        same_sub += x == sub();
    }
    EXPECT_EQ(same_other, 0);
    EXPECT_EQ(same_sub, 0);
}

TEST(RandomStream, NormalHasUnitVarianceWithinFourStandardErrors)
{
    RandomStream stream(7, "test");
    const int n = 200000;
    double sum = 0, squares = 0, fourth = 0;
    for (int i = 0; i < n; ++i) {
        const double x = stream.normal();
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
    }
    EXPECT_NEAR(sum / n, 0.0, 4 / std::sqrt(n));
    EXPECT_NEAR(squares / n, 1.0, 4 * std::sqrt(2.0 / n));
    EXPECT_NEAR(fourth / n, 3.0, 4 * std::sqrt(96.0 / n));
}

TEST(RandomStream, BelowIsUniformAndRefusesZero)
{
    RandomStream stream(3, "test");
    int counts[3] = {};
    for (int i = 0; i < 30000; ++i)
        ++counts[stream.below(3)];
    for (const int c : counts)
        EXPECT_NEAR(c, 10000, 4 * std::sqrt(30000 * 2.0 / 9));
    EXPECT_THROW(stream.below(0), std::invalid_argument);
}
