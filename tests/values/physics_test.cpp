#include <cmath>
#include <memory>

#include <gtest/gtest.h>

#include "tests/values/constant_curve.h"
#include "tests/values/values_support.h"

using namespace imc;
using namespace imc::values;
using devices::DeviceConfig;
using devices::DeviceModel;
using devices::EffectSet;

namespace
{

/// A device whose only effects are those a test adds.
DeviceConfig plain_device(double min_s = 0.0)
{
    DeviceConfig d;
    d.name = "plain";
    d.max_s = 25e-6;
    d.min_s = min_s;
    return d;
}

Physics physics(const DeviceConfig& d)
{
    Physics p;
    p.device = std::make_shared<const DeviceModel>(d);
    return p;
}

ArraySpec ideal_adc(Encoding encoding = Encoding::differential_analog)
{
    ArraySpec c;
    c.rows = 256;
    c.columns = 256;
    c.cell_bits = 1;
    c.weight_bits = 2;
    c.encoding = encoding;
    c.adc.range = AdcRange::ideal;
    return c;
}

double deviation(const std::vector<double>& x)
{
    double mean = 0.0, sum = 0.0;
    for (const double v : x)
        mean += v / double(x.size());
    for (const double v : x)
        sum += (v - mean) * (v - mean);
    return std::sqrt(sum / double(x.size() - 1));
}

} // namespace

TEST(ArrayPhysics, ExactCellsOnTheGridGiveTheExactProduct)
{
    RandomStream random(1, "grid");
    for (const Encoding encoding : {Encoding::biased, Encoding::biased_flip, Encoding::offset_column,
                                    Encoding::differential_analog, Encoding::differential_digital})
        for (const double off : {0.0, 25e-6 / 17}) {
            ArraySpec c;
            c.rows = 64;
            c.columns = 64;
            c.encoding = encoding;
            c.adc.range = AdcRange::ideal;
            const Physics p = physics(plain_device(off));
            const auto w = test::random_weights(random, 100, 10, 8);
            const auto x = test::random_inputs(random, 5, 100, c);
            const Matrix<double> got = Contraction(c, w, &p).run(x), want = test::product(x, w);
            for (std::size_t n = 0; n < got.size(); ++n) {
                // Grid rounding of each cell is at most half a step of the largest conductance / 2^17.
                EXPECT_NEAR(got.flat()[n], want.flat()[n], 100.0 * 255 * 85 * 3 * 0x1p-17 * (off > 0 ? 2 : 1))
                    << test::describe(c) << off;
            }
        }
}

TEST(ArrayPhysics, ProgrammingErrorHasItsVarianceInTheOutput)
{
    DeviceConfig d = plain_device();
    d.programming.sigma_us = test::constant(0.5);
    const ArraySpec c = ideal_adc();
    const Matrix<std::int32_t> w(256, 64, 1), x(1, 256, 255);
    const double level = 25e-6;
    std::vector<double> errors;
    for (std::uint64_t chip = 0; chip < 20; ++chip) {
        Physics p = physics(d);
        p.seed = chip;
        const Matrix<double> y = Contraction(c, w, &p).run(x);
        for (const double v : y.flat())
            errors.push_back(v - 256.0 * 255.0);
    }
    // Weight 1 of 2 bits: slice 0 on one polarity at the top level, three more cells at level 0 whose error is
    // clamped at zero: σ² of max(0, N(0, s)) = s²·(1/2 − 1/2π). Slice 1 counts twice.
    const double s = 0.5e-6 / level, clamped = s * s * (0.5 - 0.5 / M_PI);
    const double want = 255.0 * std::sqrt(256.0 * (s * s + clamped + 4 * 2 * clamped));
    EXPECT_NEAR(deviation(errors), want, 4 * want / std::sqrt(2.0 * double(errors.size())));
}

TEST(ArrayPhysics, CompensationUndoesTheMeanDriftOfArraysAndOfColumns)
{
    DeviceConfig d = plain_device();
    d.drift = devices::DriftConfig{1.0, test::constant(0.05), test::constant(0.0), "test"};
    const double share = std::pow(1e6 + 1.0, -0.05); // what is left after 1e6 s: about half
    Matrix<std::int32_t> w(64, 16), x(20, 64);
    for (std::size_t n = 0; n < w.size(); ++n)
        w.flat()[n] = static_cast<std::int32_t>(n * 37 % 200) - 100;
    for (std::size_t n = 0; n < x.size(); ++n)
        x.flat()[n] = static_cast<std::int32_t>(n * 91 % 256);
    for (const Encoding encoding :
         {Encoding::differential_analog, Encoding::differential_digital, Encoding::biased, Encoding::offset_column}) {
        ArraySpec c = ideal_adc(encoding);
        c.weight_bits = 8;
        const Matrix<double> exact = Contraction(c, w).run(x);
        double largest = 0;
        for (const double v : exact.flat())
            largest = std::max(largest, std::abs(v));
        using devices::Compensation;
        for (const auto kind : {Compensation::none, Compensation::global, Compensation::column}) {
            Physics p = physics(d);
            p.moment.time_s = 1e6;
            p.compensation = kind;
            const Matrix<double> got = Contraction(c, w, &p).run(x);
            double worst = 0;
            for (std::size_t n = 0; n < got.size(); ++n)
                worst = std::max(worst, std::abs(got.flat()[n] - exact.flat()[n]) / largest);
            EXPECT_TRUE(kind == Compensation::none ? worst > 0.5 * (1 - share) : worst < 2e-3) << int(encoding);
        }
    }
}

TEST(ArrayPhysics, SlowAndFastNoiseAddUpOverInputBitsAsTheyShould)
{
    // Constant input 255, eight phases: a frozen error counts 255 times, a fresh one sqrt(Σ 4^k) = 147.8 times.
    const double sigma = 0.2e-6, level = 25e-6, column = std::sqrt(256.0) * sigma / level;
    const ArraySpec c = [] {
        ArraySpec config = ideal_adc(Encoding::twos_complement);
        config.weight_bits = 1;
        return config;
    }();
    const Matrix<std::int32_t> w(256, 256, -1);
    DeviceConfig d = plain_device();
    devices::ReadNoiseConfig noise;
    noise.scale = devices::NoiseScale::absolute;
    noise.amplitude = test::constant(0.0);
    noise.white_s = sigma;
    d.read_noise = noise;
    {
        Physics p = physics(d);
        const Matrix<double> y = Contraction(c, w, &p).run(Matrix<std::int32_t>(200, 256, 255));
        const std::vector<double> values(y.flat().begin(), y.flat().end());
        EXPECT_NEAR(deviation(values), 147.8 * column, 0.02 * 147.8 * column);
    }
    d.read_noise->white_s = 0.0;
    const double band = std::log((1000.0 + 250e-9) / 500e-9);
    d.read_noise->amplitude = test::constant(0.2 / std::sqrt(band));
    {
        Physics p = physics(d);
        p.moment.time_s = 1000.0;
        Contraction contraction(c, w, &p);
        std::vector<double> values;
        for (std::uint64_t hold = 0; hold < 40; ++hold) {
            contraction.begin_hold(hold);
            const Matrix<double> y = contraction.run(Matrix<std::int32_t>(2, 256, 255));
            for (std::size_t n = 0; n < 256; ++n) {
                EXPECT_EQ(y(0, n), y(1, n)) << "frozen within a hold";
                values.push_back(y(0, n));
            }
        }
        EXPECT_NEAR(deviation(values), 255.0 * column, 0.02 * 255.0 * column);
    }
}

TEST(ArrayPhysics, ConverterNoiseLowersTheEffectiveBits)
{
    ArraySpec c = ideal_adc(Encoding::twos_complement);
    c.weight_bits = 1;
    c.input_bits = 1;
    c.adc.range = AdcRange::full_scale;
    c.adc.bits = 9;
    c.adc.enob = 6.0;
    const Contraction contraction(c, Matrix<std::int32_t>(256, 128, -1));
    Matrix<std::int32_t> x(400, 256, 0);
    for (std::size_t v = 0; v < 400; ++v)
        for (std::size_t k = 0; k < 100; ++k)
            x(v, k) = 1;
    const Matrix<double> y = contraction.run(x);
    const std::vector<double> values(y.flat().begin(), y.flat().end());
    // Total error power of 6 bits over the same range: (2^3)²/12 steps², the quantisation of 1/12 included.
    EXPECT_NEAR(deviation(values), std::sqrt(64.0 / 12.0), 0.02 * std::sqrt(64.0 / 12.0));
}

TEST(ArrayPhysics, WireResistanceActsThroughTheTransferMatrix)
{
    RandomStream random(9, "wires");
    ArraySpec c = ideal_adc(Encoding::biased);
    c.rows = 64;
    c.columns = 64;
    c.weight_bits = 4;
    const auto w = test::random_weights(random, 64, 16, 4);
    const auto x = test::random_inputs(random, 4, 64, c);
    Physics p = physics(plain_device());
    p.wires = devices::Wires{2.0, 100.0, 50.0, 0.0};
    Contraction contraction(c, w, &p);
    const Matrix<double> got = contraction.run(x);
    // The same by solving the circuit for each input bit.
    const EncodedArray& e = contraction.arrays()[0].encoded();
    Matrix<double> g(64, e.levels.cols());
    for (std::size_t n = 0; n < g.size(); ++n)
        g.flat()[n] = 25e-6 * e.levels.flat()[n];
    for (std::size_t v = 0; v < 4; ++v) {
        std::vector<double> want(16);
        double count = 0.0;
        for (int bit = 0; bit < 8; ++bit) {
            Matrix<double> volts(1, 64);
            for (std::size_t i = 0; i < 64; ++i)
                volts(0, i) = x(v, i) >> bit & 1;
            const Matrix<double> current = devices::solve_linear(g, *p.wires, volts);
            for (std::size_t q = 0; q < 64; ++q)
                want[q % 16] += std::ldexp(current(0, e.cells_of(q).front().column) / 25e-6, bit + int(q / 16));
        }
        for (std::size_t i = 0; i < 64; ++i)
            count += x(v, i);
        for (std::size_t n = 0; n < 16; ++n)
            EXPECT_NEAR(got(v, n), want[n] - 8 * count, 64.0 * 255 * 15 * 0x1p-17);
    }
    const Matrix<double> ideal = test::product(x, w);
    EXPECT_GT(std::abs(got(0, 0) - ideal(0, 0)), 1.0) << "the wires do matter here";
}

TEST(ArrayPhysics, GateDriveIsSolvedForEachPhase)
{
    RandomStream random(10, "gate");
    ArraySpec c = ideal_adc(Encoding::differential_digital);
    c.rows = 32;
    c.columns = 32;
    c.active_rows = 10;
    const auto w = test::random_weights(random, 32, 8, 2);
    const auto x = test::random_inputs(random, 3, 32, c);
    Physics p = physics(plain_device());
    p.drive = InputDrive::gate;
    p.wires = devices::Wires{};
    const Matrix<double> loss_free = Contraction(c, w, &p).run(x), want = test::product(x, w);
    for (std::size_t n = 0; n < want.size(); ++n)
        EXPECT_NEAR(loss_free.flat()[n], want.flat()[n], 1e-9);
    p.wires = devices::Wires{5.0, 0.0, 100.0, 0.0};
    const Matrix<double> lossy = Contraction(c, w, &p).run(x);
    double power = 0.0, error = 0.0;
    for (std::size_t n = 0; n < want.size(); ++n) {
        power += want.flat()[n] * want.flat()[n];
        error += std::pow(lossy.flat()[n] - want.flat()[n], 2);
    }
    EXPECT_GT(error, 1e-6 * power);
    EXPECT_LT(error, 0.05 * power);
}

TEST(ArrayPhysics, PercentileRangesFollowTheData)
{
    RandomStream random(12, "percentile");
    ArraySpec c;
    c.encoding = Encoding::differential_analog;
    c.adc.range = AdcRange::percentile;
    c.adc.bits = 6;
    const auto w = test::random_weights(random, 128, 16, 8);
    const auto x = test::random_inputs(random, 64, 128, c);
    const Matrix<double> want = test::product(x, w);
    const auto error = [&](Contraction& contraction) {
        const Matrix<double> y = contraction.run(x);
        double sum = 0.0;
        for (std::size_t n = 0; n < y.size(); ++n)
            sum += std::pow(y.flat()[n] - want.flat()[n], 2);
        return sum;
    };
    Contraction full(c, w), calibrated(c, w);
    calibrated.calibrate(x);
    EXPECT_LT(error(calibrated), 0.25 * error(full)) << "random sums use a small part of the full scale";
    c.adc.per_column = true;
    Contraction columns(c, w);
    columns.calibrate(x);
    EXPECT_LE(error(columns), error(calibrated));
    c.adc.range = AdcRange::full_scale;
    Contraction fixed(c, w);
    EXPECT_THROW(fixed.calibrate(x), std::invalid_argument);
}

TEST(ArrayPhysics, SramMismatchGivesTheSnrOfItsClosedForm)
{
    // Binary cells and inputs: y = Σ xw(1 + δ). For x, w ~ Bernoulli(1/2): signal variance N·3/16, error variance
    // N·σ²/4, so SNR = 3/(4σ²) for any number of rows (Gonugondla et al., IEEE TCAD 41(10), 2022, charge
    // redistribution and charge summing with mismatch only).
    const double sigma = 0.08;
    DeviceConfig d = plain_device();
    devices::MismatchConfig mismatch;
    mismatch.capacitor_f = 1e-15;
    mismatch.capacitor_sigma = sigma;
    mismatch.supply_v = 1.0;
    d.mismatch = mismatch;
    for (const std::size_t rows : {64u, 256u}) {
        Physics p = physics(d);
        p.effects.read_noise = false;
        ArraySpec c = ideal_adc(Encoding::twos_complement);
        c.weight_bits = 1;
        c.input_bits = 1;
        RandomStream random(rows, "snr");
        const auto w = test::random_weights(random, rows, 256, 1);
        const auto x = test::random_inputs(random, 400, rows, c);
        const Matrix<double> y = Contraction(c, w, &p).run(x), want = test::product(x, w);
        std::vector<double> signal(want.flat().begin(), want.flat().end()), error;
        for (std::size_t n = 0; n < y.size(); ++n)
            error.push_back(y.flat()[n] - want.flat()[n]);
        const double snr = 20 * std::log10(deviation(signal) / deviation(error));
        EXPECT_NEAR(snr, 10 * std::log10(3.0 / (4 * sigma * sigma)), 0.5) << rows;
    }
}

TEST(ArrayPhysics, KtcNoiseDoesNotDependOnTheInput)
{
    DeviceConfig d = plain_device();
    devices::MismatchConfig mismatch;
    mismatch.capacitor_f = 1e-15;
    mismatch.supply_v = 1.0;
    d.mismatch = mismatch;
    const Physics p = physics(d);
    ArraySpec c = ideal_adc(Encoding::twos_complement);
    c.weight_bits = 1;
    c.input_bits = 1;
    const Contraction contraction(c, Matrix<std::int32_t>(256, 64, -1), &p);
    const double want = std::sqrt(256.0) * 2.035e-3;
    for (const std::int32_t input : {0, 1}) {
        const Matrix<double> y = contraction.run(Matrix<std::int32_t>(400, 256, input));
        const std::vector<double> values(y.flat().begin(), y.flat().end());
        EXPECT_NEAR(deviation(values), want, 0.02 * want) << input;
    }
}
