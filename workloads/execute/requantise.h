#pragma once

#include <cstdint>

namespace imc
{

/// Multiplication of an integer sum by a real scale the way hardware does it: by a 31-bit integer and a shift,
///
///     scale ≈ multiplier · 2^−shift,   2^30 ≤ multiplier < 2^31   (relative error ≤ 2^−31)
///     apply(sum) = round_half_even(sum · multiplier / 2^shift)
///
/// exact (in 128 bits where 64 do not do), so the result is the same on every host. As in gemmlowp (Jacob et al., CVPR
/// 2018, §2.2) except for rounding half to even, which is ONNX's.
class Requantiser
{
public:
    Requantiser() = default;
    /// Throws std::invalid_argument unless scale is finite and ≥ 0.
    explicit Requantiser(double scale);

    std::int64_t apply(std::int64_t sum) const
    {
        constexpr std::int64_t word = std::int64_t{1} << 31;
        if (sum < -word || sum >= word || shift_ <= 0 || shift_ >= 63)
            return apply_wide(sum);
        // A half is rounded up if what is below it is odd; without a branch, which would go either way.
        const std::int64_t product = sum * multiplier_, odd = product >> shift_ & 1;
        return (product + (std::int64_t{1} << (shift_ - 1)) - 1 + odd) >> shift_;
    }
    std::int64_t multiplier() const { return multiplier_; }
    int shift() const { return shift_; }

private:
    std::int64_t apply_wide(std::int64_t sum) const;

    std::int64_t multiplier_ = 0;
    int shift_ = 0;
};

/// x rounded half to even, the zero point added, saturated to [low, high]; NaN becomes low.
std::int64_t quantised(double x, std::int64_t zero_point, std::int64_t low, std::int64_t high);

} // namespace imc
