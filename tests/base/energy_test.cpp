#include "sim/base/energy.h"
#include "sim/base/time.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

using namespace imc;

TEST(Energy, SumsAreIndependentOfOrder)
{
    const Energy a = Energy::from_joules(1.5625e-12), b = Energy::from_joules(2.1e-14);
    Energy forwards, backwards;
    for (int i = 0; i < 1000; ++i)
        forwards += a;
    for (int i = 0; i < 777; ++i)
        forwards += b;
    backwards = b * 777 + a * 1000;
    EXPECT_EQ(forwards, backwards);
    EXPECT_NEAR(forwards.joules(), 1.5625e-9 + 777 * 2.1e-14, 1e-20);
}

TEST(Energy, RefusesWhatIsNoUnitEnergy)
{
    EXPECT_THROW(Energy::from_joules(-1e-12), std::invalid_argument);
    EXPECT_THROW(Energy::from_joules(std::nan("")), std::invalid_argument);
    EXPECT_THROW(Energy::from_joules(1.0), std::invalid_argument);
}

TEST(Energy, OfAConstantPowerIsPowerTimesTime)
{
    EXPECT_DOUBLE_EQ(energy_of(2e-3, 100'000'000).joules(), 2e-10); // 2 mW for 100 ns
}

TEST(Clock, RoundsAPhaseUpOnce)
{
    const Clock clock = Clock::from_hertz(1e9);
    EXPECT_EQ(clock.period(), 1'000'000);
    EXPECT_EQ(clock.cycles(128 / 1.28e9), 100); // 128 conversions at 1.28 GS/s are 100 ns, not 128 cycles
    EXPECT_EQ(clock.cycles(Femtoseconds{1}), 1);
    EXPECT_EQ(clock.cycles(Femtoseconds{0}), 0);
    EXPECT_THROW(Clock(0), std::invalid_argument);
}

TEST(Energy, InJoulesIsTheDecimalNumberRoundedOnce)
{
    EXPECT_EQ(Energy::from_quanta(3023152263096676).joules(), 3.023152263096676e-06);
    EXPECT_EQ(Energy::from_quanta(26487156783406562).joules(), 2.6487156783406562e-05);
    EXPECT_EQ(Energy::from_quanta(Energy::Wide{1471192360961828884} * 1000003).joules(),
              std::stod("1471.196774538911769486652"));
    EXPECT_EQ(Energy::from_quanta(-7).joules(), -7e-21);
    EXPECT_EQ(Energy().joules(), 0.0);
}
