#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/values/contraction.h"
#include "workloads/execute/integer_contraction.h"
#include "workloads/execute/operands.h"

namespace imc::values
{

/// How a layer's output differed from the exact sums, over everything that has been run.
struct LayerError {
    std::int64_t outputs = 0;
    double signal = 0.0; ///< Σ exact²
    double error = 0.0;  ///< Σ (sum − exact)²
    double snr_db() const;
};

/// A quantised contraction with constant weights (convolution, fully connected, depthwise, …) on arrays: the sums
/// that execute::integer_sums computes exactly. One set of arrays per group. Zero points are handled digitally:
///
///     Σ (x − zx)·(w − zw) = Σ x·w − zw·Σ x − zx·Σ w + k·zx·zw
///
/// with Σ x·w from the arrays and rounded to an integer; padding is fed as zx.
class LayerArrays
{
public:
    /// `spec` gives all but the operands' widths and signs, which follow from their types; spec.adc.bits = 0 stands
    /// for the required bits. Inputs coded as magnitudes get one bit more, for the most negative value.
    /// Throws std::invalid_argument if the weights are not constant integers or the contraction has no kernel.
    LayerArrays(const execute::Arguments& a, const imc::Contraction& c, const ArraySpec& spec,
                const Physics* physics = nullptr, std::uint64_t first_index = 0);

    /// In the result's order, like execute::integer_sums; `first_image` numbers the batch for the fast noise.
    std::vector<std::int64_t> sums(const execute::Arguments& a, std::uint64_t first_image = 0) const;
    /// Ranges of all converters from what these operands feed to the arrays.
    void calibrate(const execute::Arguments& a);
    void begin_hold(std::uint64_t hold);

    /// Compares sums with the exact ones and adds to `error`.
    void compare(const execute::Arguments& a, const std::vector<std::int64_t>& sums, LayerError& error) const;

    const ArraySpec& spec() const { return spec_; }
    std::size_t arrays() const;
    std::vector<Contraction>& matrices() { return matrices_; }

private:
    Matrix<std::int32_t> inputs_of(const execute::Layout& layout, const std::vector<float>& centred, std::int64_t batch,
                                   std::int64_t group, std::int64_t first, std::int64_t last) const;

    imc::Contraction contraction_;
    ArraySpec spec_;
    std::int64_t moving_zero_ = 0;
    std::vector<std::int64_t> weight_zero_; ///< one, or one per result channel
    std::vector<std::int64_t> weight_sums_; ///< per result channel, of the weights as stored
    std::vector<Contraction> matrices_;     ///< one per group
};

} // namespace imc::values
