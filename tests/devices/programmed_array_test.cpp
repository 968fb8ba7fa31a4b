#include "devices/programmed_array.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "devices/compensation.h"
#include "tests/devices/device_support.h"

using namespace imc;
using namespace imc::devices;

namespace
{

Matrix<double> constant(std::size_t rows, std::size_t cols, double value) { return {rows, cols, value}; }

Matrix<double> spread(std::size_t rows, std::size_t cols, double max)
{
    RandomStream random(5, "targets");
    Matrix<double> m(rows, cols);
    for (double& x : m.flat())
        x = max * random.uniform();
    return m;
}

double mean(const Matrix<double>& m)
{
    double sum = 0.0;
    for (const double x : m.flat())
        sum += x;
    return sum / double(m.size());
}

double deviation(const Matrix<double>& m)
{
    const double centre = mean(m);
    double sum = 0.0;
    for (const double x : m.flat())
        sum += (x - centre) * (x - centre);
    return std::sqrt(sum / double(m.size() - 1));
}

std::shared_ptr<const DeviceModel> pulsed(int max_pulses, double device_spread, double cycle_spread)
{
    DeviceConfig d = test::shipped_device("pcm_nandakumar");
    d.programming.mode = ProgrammingMode::pulse;
    d.programming.pulse = PulseConfig{0.01, device_spread, cycle_spread, 0, 0, 0, 0, 1000, max_pulses, "test"};
    return std::make_shared<const DeviceModel>(d);
}

} // namespace

TEST(ProgrammedArray, WithoutEffectsHoldsItsTargets)
{
    const Matrix<double> target = spread(20, 30, 25e-6);
    ProgrammedArray array(test::shipped_model("pcm_nandakumar"), 20, 30, 1, 0, EffectSet::none());
    array.program(target);
    EXPECT_EQ(array.read({86400.0}), target);
    EXPECT_EQ(array.noise(target, {1.0}, 0.0)(3, 3).total(), 0.0);
}

TEST(ProgrammedArray, HasTheStatisticsOfItsDevice)
{
    ProgrammedArray array(test::shipped_model("pcm_nandakumar"), 300, 300, 1, 0);
    array.program(constant(300, 300, 12.5e-6));
    EXPECT_NEAR(mean(array.programmed()), 12.5e-6, 4 * 0.95271e-6 / 300);
    EXPECT_NEAR(deviation(array.programmed()), 0.95271e-6, 4 * 0.95271e-6 / 300 / std::sqrt(2.0));
    const Matrix<double> later = array.read({3600.0});
    EXPECT_NEAR(mean(later), 12.5e-6 * 0.7758, 12.5e-6 * 0.002);
    const double relative = deviation(later) / 12.5e-6;
    EXPECT_NEAR(relative, std::hypot(0.95271 / 12.5 * 0.7758, 0.03228), 0.002);
}

TEST(ProgrammedArray, DrawsVariationOncePerProgramming)
{
    ProgrammedArray array(test::shipped_model("pcm_nandakumar"), 16, 16, 1, 0);
    array.program(constant(16, 16, 10e-6));
    const Matrix<double> first = array.read({25.0});
    EXPECT_EQ(array.read({25.0}), first);
    const Matrix<double> day = array.read({86400.0});
    for (std::size_t n = 0; n < first.size(); ++n)
        EXPECT_LT(day.flat()[n], first.flat()[n]);
    array.program(constant(16, 16, 10e-6));
    EXPECT_NE(array.read({25.0}), first);
}

TEST(ProgrammedArray, DoesNotDependOnOtherArraysOrEffects)
{
    const auto model = test::shipped_model("pcm_nandakumar");
    const Matrix<double> target = spread(8, 8, 25e-6);
    const auto programmed = [&](std::uint64_t index, EffectSet effects) {
        ProgrammedArray array(model, 8, 8, 42, index, effects);
        array.program(target);
        return array.programmed();
    };
    EffectSet less;
    less.drift = less.read_noise = less.stuck_at = false;
    EXPECT_EQ(programmed(3, {}), programmed(3, less));
    EXPECT_NE(programmed(3, {}), programmed(4, {}));
}

TEST(ProgrammedArray, SlowNoiseHasItsVarianceAndIsFrozenPerHold)
{
    ProgrammedArray array(test::shipped_model("pcm_nandakumar"), 200, 200, 1, 0);
    array.program(constant(200, 200, 20e-6));
    const Moment moment{3600.0};
    const Matrix<double> quiet = array.read(moment);
    Matrix<double> noisy = quiet, again = quiet, other = quiet;
    array.add_slow_noise(noisy, moment, 1e-6, 7);
    array.add_slow_noise(again, moment, 1e-6, 7);
    array.add_slow_noise(other, moment, 1e-6, 8);
    EXPECT_EQ(noisy, again);
    EXPECT_NE(noisy, other);
    const auto variance = array.noise(quiet, moment, 1e-6);
    double normalised = 0.0;
    for (std::size_t n = 0; n < quiet.size(); ++n)
        normalised += std::pow(noisy.flat()[n] - quiet.flat()[n], 2) / variance.flat()[n].slow;
    EXPECT_NEAR(normalised / double(quiet.size()), 1.0, 4 * std::sqrt(2.0) / 200);
}

TEST(ProgrammedArray, FaultsFollowTheRatesOrTheMap)
{
    DeviceConfig d = test::shipped_device("rram_on_off");
    d.faults = FaultConfig{0.05, 0.1, "test"};
    const auto model = std::make_shared<const DeviceModel>(d);
    ProgrammedArray array(model, 200, 200, 1, 0);
    array.program(constant(200, 200, 50e-6));
    const auto low = std::ranges::count(array.faults().flat(), Fault::stuck_low);
    const auto high = std::ranges::count(array.faults().flat(), Fault::stuck_high);
    EXPECT_NEAR(double(low), 2000, 4 * std::sqrt(2000 * 0.95));
    EXPECT_NEAR(double(high), 4000, 4 * std::sqrt(4000 * 0.9));
    Matrix<Fault> map(200, 200, Fault::none);
    map(3, 4) = Fault::stuck_high;
    map(5, 6) = Fault::stuck_low;
    array.set_faults(map);
    const Matrix<double> now = array.read({});
    EXPECT_DOUBLE_EQ(now(3, 4), 100e-6);
    EXPECT_DOUBLE_EQ(now(5, 6), 1e-6);
    EXPECT_NEAR(now(7, 7), 50e-6, 5e-6);
    EXPECT_THROW(array.set_faults(Matrix<Fault>(2, 2)), std::invalid_argument);
}

TEST(PulseProgramming, WithoutSpreadTakesExactlyTheStepsItNeeds)
{
    ProgrammedArray array(pulsed(1, 0.0, 0.0), 1, 1, 1, 0);
    array.program(constant(1, 1, 0.5 * 25e-6));
    // Half a step is accepted: 50 pulses up to 0.50 or 49 to within half a step, never more.
    EXPECT_NEAR(array.programmed()(0, 0), 12.5e-6, 0.125e-6 * 1.0001);
    const auto up = array.cost().set_pulses;
    EXPECT_TRUE(up == 50 || up == 49);
    EXPECT_EQ(array.cost().verify_reads, up + 1);
    EXPECT_EQ(array.cost().reset_pulses, 0);
    EXPECT_EQ(array.cost().unconverged, 0);
    EXPECT_NEAR(array.cost().energy.joules(), double(up) * 45e-12 + double(up + 1) * 2e-12, 1e-18);
    EXPECT_NEAR(array.cost().cell_time_s, double(up) * 150e-9 + double(up + 1) * 50e-9, 1e-15);
    EXPECT_EQ(array.most_pulses(), static_cast<std::uint64_t>(up));
    array.program(constant(1, 1, 0.4 * 25e-6));
    EXPECT_NEAR(double(array.cost().reset_pulses), 10, 1);
}

TEST(PulseProgramming, VerifyKeepsConvergedCellsWithinTheTolerance)
{
    const auto model = pulsed(10, 0.2, 0.6);
    ProgrammedArray array(model, 64, 64, 3, 0);
    const Matrix<double> target = spread(64, 64, 25e-6);
    array.program(target);
    EXPECT_EQ(array.cost().unconverged, 0);
    for (std::size_t n = 0; n < target.size(); ++n)
        EXPECT_NEAR(array.programmed().flat()[n], target.flat()[n], 0.125e-6 * 1.0001);
    EXPECT_EQ(array.cost().cells, 64 * 64);
}

TEST(PulseProgramming, FewIterationsLeaveCellsUnconverged)
{
    DeviceConfig d = pulsed(1, 0.2, 0.6)->config();
    d.programming.pulse->max_iterations = 20;
    ProgrammedArray array(std::make_shared<const DeviceModel>(d), 32, 32, 3, 0);
    array.program(constant(32, 32, 25e-6));
    EXPECT_EQ(array.cost().unconverged, 32 * 32) << "20 steps of one hundredth do not reach the top";
    EXPECT_EQ(array.cost().verify_reads, 20 * 32 * 32);
}

TEST(ProgrammedArray, WornOutCellsAreStuckLow)
{
    DeviceConfig d = test::shipped_device("rram_on_off");
    d.faults.reset();
    d.write->endurance = 3;
    ProgrammedArray array(std::make_shared<const DeviceModel>(d), 4, 4, 1, 0);
    for (int n = 0; n < 3; ++n) {
        array.program(constant(4, 4, 80e-6));
        EXPECT_GT(array.read({})(0, 0), 50e-6) << n;
    }
    array.program(constant(4, 4, 80e-6));
    EXPECT_DOUBLE_EQ(array.read({})(0, 0), 1e-6);
    EXPECT_EQ(array.most_pulses(), 4u);
    EXPECT_EQ(array.mean_pulses(), 4.0);
}

TEST(ProgrammedArray, RelaxationShiftsAndSpreadsWithTime)
{
    ProgrammedArray array(test::shipped_model("rram_cmo_2percent"), 200, 200, 1, 0);
    array.program(constant(200, 200, 40e-6));
    for (const double t : {1.0, 3600.0}) {
        const Matrix<double> now = array.read({t});
        EXPECT_NEAR(mean(now) * 1e6, 40 - 0.08900206 * std::log(t), 0.015);
        EXPECT_NEAR(deviation(now) * 1e6,
                    std::hypot(0.0112185391 + 0.01129027418 * 40, 0.04201137 * std::log(t) + 0.41183342), 0.015);
    }
}

TEST(Compensation, RestoresTheMeanOfADriftedArray)
{
    ProgrammedArray array(test::shipped_model("pcm_nandakumar"), 64, 16, 1, 0);
    array.program(spread(64, 16, 25e-6));
    const Matrix<double> before = array.read({0.0}), now = array.read({86400.0});
    for (const auto kind : {Compensation::global, Compensation::column}) {
        const auto factors = compensation_factors(before, now, kind, 1e-10);
        double sum_before = 0.0, sum_now = 0.0;
        for (std::size_t i = 0; i < 64; ++i)
            for (std::size_t j = 0; j < 16; ++j) {
                sum_before += before(i, j);
                sum_now += now(i, j) * factors[j];
            }
        EXPECT_NEAR(sum_now, sum_before, 1e-9 * sum_before);
        EXPECT_EQ(factors[0] == factors[15], kind == Compensation::global);
    }
    EXPECT_EQ(compensation_factors(before, now, Compensation::none, 1e-10)[0], 1.0);
    EXPECT_THROW(compensation_factors(before, constant(2, 2, 1.0), Compensation::global, 1e-10), std::invalid_argument);
}

TEST(ConductanceGrid, MakesColumnSumsExactInAnyOrder)
{
    for (const auto& [rows, levels] : {std::pair<std::size_t, unsigned>(256, 1), {128, 3}, {1024, 1}, {64, 15}}) {
        const ConductanceGrid grid = ConductanceGrid::for_sums(25e-6, rows, levels);
        if (rows == 256) {
            EXPECT_EQ(grid.step_s, 25e-6 / 32768);
        }
        RandomStream random(9, "grid");
        std::vector<float> terms(rows);
        double exact = 0.0;
        for (float& t : terms) {
            t = grid.steps(2 * 25e-6 * random.uniform()) * static_cast<float>(levels);
            exact += static_cast<double>(t);
        }
        RandomStream shuffle(1, "shuffle");
        for (int trial = 0; trial < 20; ++trial) {
            std::ranges::shuffle(terms, shuffle);
            float sum = 0.0f;
            for (const float t : terms)
                sum += t;
            EXPECT_EQ(static_cast<double>(sum), exact) << rows;
        }
    }
    EXPECT_THROW(ConductanceGrid::for_sums(1e-6, 1u << 20, 255), std::invalid_argument);
}

TEST(ProgrammedArray, RejectsWhatItCannotHold)
{
    ProgrammedArray array(test::shipped_model("pcm_nandakumar"), 2, 2, 1, 0);
    EXPECT_THROW(array.program(constant(2, 3, 1e-6)), std::invalid_argument);
    EXPECT_THROW(array.program(constant(2, 2, 26e-6)), std::invalid_argument);
    EXPECT_THROW(array.program(constant(2, 2, -1e-9)), std::invalid_argument);
    EXPECT_THROW(array.program(constant(2, 2, std::nan(""))), std::invalid_argument);
}
