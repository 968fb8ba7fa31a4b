#include "nas/report/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using imc::nas::Chart;
using ::testing::HasSubstr;
using ::testing::Not;

namespace
{

TEST(Chart, SmallFiguresHaveTheirPowerOfTenInTheTitleOfTheAxis)
{
    const Chart chart("t", {"latency_s", 6.30e-4, 6.36e-4}, {"area_mm2", 20, 30});
    const std::string svg = chart.svg();
    EXPECT_THAT(svg, HasSubstr(">latency_s (1e-6)<"));
    EXPECT_THAT(svg, HasSubstr(">631<"));
    EXPECT_THAT(svg, HasSubstr(">area_mm2<"));
    EXPECT_THAT(svg, HasSubstr(">22<"));
    EXPECT_THAT(svg, Not(HasSubstr("0.00063")));
}

TEST(Chart, LogarithmicAxesAndThoseAroundZeroStayAsTheyAre)
{
    const std::string svg = Chart("t", {"energy_j", 1e-7, 1e-5, true}, {"zero", 0, 0}).svg();
    EXPECT_THAT(svg, HasSubstr(">energy_j<"));
    EXPECT_THAT(svg, HasSubstr(">1e-06<"));
    EXPECT_THAT(svg, HasSubstr(">zero<"));
}

} // namespace
