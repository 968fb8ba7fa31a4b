#include "sim/values/snr.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/values/constant_curve.h"
#include "tests/values/values_support.h"

using namespace imc;
using namespace imc::values;

namespace
{

/// 6 bits for sums up to 765.
constexpr double step = 765.0 / 63.0;

/// One slice and one plane: the error of a sum is that of one conversion, and uniform over a step where it has no
/// noise.
ErrorPowers one_conversion(std::uint64_t seed, double enob)
{
    RandomStream random(seed, "snr");
    ArraySpec spec;
    spec.rows = 255;
    spec.encoding = Encoding::twos_complement;
    spec.cell_bits = 1;
    spec.weight_bits = 1;
    spec.input_bits = spec.slice_bits = 2;
    spec.adc.bits = 6;
    spec.adc.enob = enob;
    const auto w = test::random_weights(random, 255, 100, 1);
    const auto x = test::random_inputs(random, 100, 255, spec);
    return measure_errors(spec, w, nullptr, x, x);
}

} // namespace

TEST(Snr, AnExactArrayHasNoError)
{
    RandomStream random(1, "snr");
    ArraySpec spec;
    spec.adc.bits = spec.required_bits(128);
    const auto w = test::random_weights(random, 200, 20, 8);
    const auto x = test::random_inputs(random, 20, 200, spec);
    const ErrorPowers powers = measure_errors(spec, w, nullptr, x, x);
    EXPECT_GT(powers.signal, 0.0);
    EXPECT_EQ(powers.total, 0.0);
    EXPECT_EQ(powers.quantisation, 0.0);
    EXPECT_EQ(powers.clipping, 0.0);
    EXPECT_EQ(powers.clipped_share, 0.0);
    EXPECT_TRUE(std::isinf(powers.snr_db()));
}

TEST(Snr, QuantisationIsATwelfthOfTheStepSquared)
{
    const ErrorPowers powers = one_conversion(2, 0.0);
    EXPECT_NEAR(powers.quantisation, step * step / 12, 0.05 * step * step / 12);
    EXPECT_LT(powers.clipping, 1e-6) << "single precision without rounding";
    EXPECT_NEAR(powers.total, powers.quantisation, 1e-9);
}

TEST(Snr, NoiseOfConvertersIsTheirsAlone)
{
    // A bit less: steps' error of 1/12 and noise of 3/12 of a step squared.
    const ErrorPowers powers = one_conversion(4, 5.0);
    EXPECT_NEAR(powers.quantisation, step * step / 12, 0.05 * step * step / 12);
    EXPECT_NEAR(powers.converter, step * step * 3 / 12, 0.05 * step * step * 3 / 12);
    EXPECT_NEAR(powers.total, step * step * 4 / 12, 0.05 * step * step * 4 / 12);
}

TEST(Snr, PartsOfIndependentEffectsAddUp)
{
    RandomStream random(3, "snr");
    devices::DeviceConfig d;
    d.max_s = 25e-6;
    d.programming.sigma_us = test::constant(0.5);
    devices::ReadNoiseConfig noise;
    noise.scale = devices::NoiseScale::absolute;
    noise.amplitude = test::constant(0.05);
    noise.white_s = 0.3e-6;
    d.read_noise = noise;
    Physics p;
    p.device = std::make_shared<const devices::DeviceModel>(d);
    p.moment.time_s = 1000.0;
    ArraySpec spec;
    spec.encoding = Encoding::differential_analog;
    spec.adc.range = AdcRange::percentile;
    spec.adc.percentile = 99.0;
    spec.adc.bits = 6;
    const auto w = test::random_weights(random, 128, 32, 8);
    const auto x = test::random_inputs(random, 400, 128, spec);
    const ErrorPowers powers = measure_errors(spec, w, &p, x, x);
    EXPECT_GT(powers.clipped_share, 0.0);
    EXPECT_LT(powers.clipped_share, 0.02);
    EXPECT_GT(powers.programming, 0.0);
    EXPECT_GT(powers.read, 0.0);
    EXPECT_EQ(powers.drift > 0.01 * powers.total, false);
    EXPECT_EQ(powers.wires, 0.0);
    const double sum = powers.quantisation + powers.clipping + powers.programming + powers.read + powers.converter;
    EXPECT_NEAR(powers.total / sum, 1.0, 0.25);
}
