#pragma once

namespace imc::values
{

/// Mean squares of a contraction's output and of its errors, in units². Each part is the error with that effect
/// alone; they add up to the total as far as the effects are small and independent.
struct ErrorPowers {
    double signal = 0.0;
    double total = 0.0;
    double quantisation = 0.0;  ///< the converters' steps
    double clipping = 0.0;      ///< their limits
    double converter = 0.0;     ///< offset, gain, bow and noise of converters and columns
    double programming = 0.0;   ///< residual of writing, mismatch, stuck cells
    double drift = 0.0;         ///< drift and relaxation
    double read = 0.0;          ///< slow and fast read noise
    double wires = 0.0;         ///< IR drop
    double clipped_share = 0.0; ///< of all conversions

    /// 10·log10(signal / error); infinite where there is no error.
    double snr_db() const;
    double snr_db(double error) const;
    /// Adds `weight` times every figure of another; multiplies every figure.
    void add(const ErrorPowers& other, double weight);
    void scale(double factor);
};

} // namespace imc::values
