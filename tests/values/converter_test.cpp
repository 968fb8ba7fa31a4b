#include <cmath>

#include <gtest/gtest.h>

#include "sim/values/contraction.h"
#include "sim/values/kernels.h"
#include "tests/values/values_support.h"

using namespace imc;
using namespace imc::values;

TEST(Converters, StepsOfUnequalWidthHaveTheAskedDeviation)
{
    ArraySpec c;
    c.rows = 255;
    c.columns = 32;
    c.cell_bits = c.weight_bits = 1;
    c.encoding = Encoding::twos_complement;
    c.input_bits = 1;
    c.adc.bits = 8;
    c.adc.dnl_lsb = 0.3;
    // Sums of 0 … 255 units, one unit to a step: a code is off where its threshold has moved by more than half a step.
    Matrix<std::int32_t> w(255, 32, -1), x(256, 255, 0);
    for (std::size_t v = 0; v < 256; ++v)
        for (std::size_t k = 0; k < v; ++k)
            x(v, k) = 1;
    const Matrix<double> y = Contraction(c, w).run(x);
    int off = 0;
    for (std::size_t v = 0; v < 256; ++v)
        for (std::size_t n = 0; n < 32; ++n) {
            EXPECT_LE(std::abs(y(v, n) + static_cast<double>(v)), 1.0);
            off += y(v, n) != -static_cast<double>(v) ? 1 : 0;
        }
    EXPECT_EQ(off, 0) << "a threshold moves by at most 0.3·√1.5 of a step";
    // Against the definition, on sums between steps: 2 units to a step, odd sums lie on ideal thresholds.
    c.adc.bits = 7;
    Contraction coarse(c, w);
    const Matrix<double> z = coarse.run(x);
    int up = 0, down = 0;
    for (std::size_t v = 1; v < 255; ++v)
        for (std::size_t n = 0; n < 32; ++n) {
            up += -z(v, n) > static_cast<double>(v) + 0.5 ? 1 : 0;
            down += -z(v, n) < static_cast<double>(v) - 0.5 ? 1 : 0;
        }
    EXPECT_GT(up, 1000);
    EXPECT_GT(down, 1000);
    double sum = 0.0, squares = 0.0;
    for (int k = 0; k < 20000; ++k) {
        const double width =
            static_cast<double>(step_threshold(7, k + 1, 0.3f)) - static_cast<double>(step_threshold(7, k, 0.3f));
        sum += width;
        squares += (width - 1.0) * (width - 1.0);
    }
    EXPECT_NEAR(sum / 20000, 1.0, 1e-4);
    EXPECT_NEAR(std::sqrt(squares / 20000), 0.3, 0.01);
}

TEST(Converters, AGainOfIdealConvertersIsNotTakenForIntegers)
{
    ArraySpec c;
    c.encoding = Encoding::biased;
    c.adc.range = AdcRange::ideal;
    c.adc.gain_error = 0.0123;
    RandomStream random(4, "gain");
    const auto w = test::random_weights(random, 128, 16, 8);
    const auto x = test::random_matrix(random, 8, 128, 0, 255);
    const Contraction arrays(c, w);
    const Matrix<double> all = arrays.run(x);
    // Codes are added exactly, so that bits one by one give the same.
    Matrix<double> sum(8, 16);
    for (int bit = 0; bit < 8; ++bit) {
        Matrix<std::int32_t> one(x);
        for (auto& v : one.flat())
            v &= 1 << bit;
        const Matrix<double> part = arrays.run(one);
        for (std::size_t n = 0; n < sum.size(); ++n)
            sum.flat()[n] += part.flat()[n];
    }
    EXPECT_EQ(all, sum);
    EXPECT_NE(all, test::product(x, w));
}
