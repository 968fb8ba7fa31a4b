#include "workloads/tensor.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "workloads/half.h"

using namespace imc;

namespace
{

TEST(Shape, CountsElementsAndRefusesProductsThatOverflow)
{
    EXPECT_EQ(Shape({2, 3, 4}).elements(), 24);
    EXPECT_EQ(Shape({}).elements(), 1);
    EXPECT_EQ(Shape({7, 0, 5}).elements(), 0);
    EXPECT_EQ(Shape({2, 3, 4}).strides(), (std::vector<std::int64_t>{12, 4, 1}));
    EXPECT_THROW(Shape({std::int64_t{1} << 32, std::int64_t{1} << 31}).elements(), std::overflow_error);
}

TEST(TensorData, RefusesReadingUnderAnotherWidthOrOutsideItsElements)
{
    TensorData data(ElementType::int16, 3);
    data.set_integer(2, -5);
    EXPECT_EQ(data.as<std::int16_t>()[2], -5);
    EXPECT_EQ(data.real(2), -5.0);
    EXPECT_THROW(data.as<std::int32_t>(), std::invalid_argument);
    EXPECT_THROW(data.real(3), std::out_of_range);
    EXPECT_THROW(TensorData(ElementType::float64, std::int64_t{1} << 61), std::overflow_error);
}

TEST(TensorData, SaturatesRealsThatAnIntegerTypeCannotHold)
{
    TensorData data(ElementType::uint8, 3);
    data.set_real(0, 300.0);
    data.set_real(1, -1.0);
    data.set_real(2, std::nan(""));
    EXPECT_EQ(data.integer(0), 255);
    EXPECT_EQ(data.integer(1), 0);
    EXPECT_EQ(data.integer(2), 0);
}

TEST(HalfPrecision, EveryFiniteBitPatternSurvivesTheWayThroughFloat)
{
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        if ((half & 0x7c00) == 0x7c00 && (half & 0x3ff))
            continue; // NaN
        ASSERT_EQ(float_to_half(half_to_float(half)), half) << bits;
    }
    EXPECT_TRUE(std::isnan(half_to_float(float_to_half(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(HalfPrecision, RoundsHalfToEven)
{
    EXPECT_EQ(float_to_half(1.0f + 0x1p-11f), float_to_half(1.0f));
    EXPECT_EQ(float_to_half(1.0f + 0x3p-11f), float_to_half(1.0f + 0x1p-9f));
    EXPECT_EQ(half_to_float(float_to_half(65520.0f)), std::numeric_limits<float>::infinity());
    EXPECT_EQ(half_to_float(float_to_half(65519.0f)), 65504.0f);
    EXPECT_EQ(half_to_float(float_to_half(0x1p-25f)), 0.0f);
    EXPECT_EQ(half_to_float(float_to_half(0x1.8p-25f)), 0x1p-24f);
    EXPECT_EQ(bfloat16_to_float(float_to_bfloat16(1.0f + 0x1p-8f)), 1.0f);
    EXPECT_EQ(bfloat16_to_float(float_to_bfloat16(1.0f + 0x3p-8f)), 1.0f + 0x1p-6f);
}

} // namespace
