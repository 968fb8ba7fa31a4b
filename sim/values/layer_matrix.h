#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/values/contraction.h"
#include "workloads/execute/integer_contraction.h"
#include "workloads/execute/operands.h"

namespace imc::values
{

/// Groups of a contraction that share arrays, their matrices block-diagonal in one of groups·k rows and groups·n
/// columns, and the arrays' parts of that matrix.
struct Cut {
    std::int64_t first_group = 0;
    std::int64_t groups = 1;
    std::vector<Block> blocks; ///< empty: blocks_of()
};

/// How a layer lies on arrays. What is left empty or 0 has a default.
struct LayerPlan {
    std::vector<Cut> cuts;               ///< empty: one per group
    std::vector<std::int64_t> row_order; ///< row i of a group's matrix holds k = row_order[i]; empty: in order
    std::vector<std::uint16_t> copy_of;  ///< output position → which copy of the arrays computes it; empty: one
    int weight_bits = 0;                 ///< 0: the width of the operand's type
    int input_bits = 0;
    std::int64_t copies() const;
};

/// What the arrays of a quantised contraction with constant weights (convolution, fully connected, depthwise, …) hold
/// and are fed with. Zero points are handled digitally:
///
///     Σ (x − zx)·(w − zw) = Σ x·w − zw·Σ x − zx·Σ w + k·zx·zw
///
/// with Σ x·w from the arrays and rounded to an integer; padding is fed as zx. No physics is known here.
class LayerMatrix
{
public:
    /// `spec` gives all but the operands' widths and signs; spec.adc.bits = 0 stands for the required bits. Inputs
    /// coded as magnitudes get one bit more, for the most negative value.
    /// Throws std::invalid_argument if the weights are not constant integers or the contraction has no kernel.
    LayerMatrix(const kernel::Arguments& a, const imc::Contraction& c, const ArraySpec& spec, LayerPlan plan = {});

    const ArraySpec& spec() const { return spec_; }
    const LayerPlan& plan() const { return plan_; }
    const imc::Contraction& contraction() const { return contraction_; }
    const Cut& cut(std::size_t i) const { return plan_.cuts[i]; }
    /// Arrays of one copy.
    std::size_t arrays() const;

    /// The arrays of a cut, with this spec or one that differs in converters.
    Contraction program(std::size_t cut, const ArraySpec& spec, const Physics* physics,
                        std::uint64_t first_index) const;

    /// What the arrays of a cut multiply with.
    const Matrix<std::int32_t>& weights(std::size_t cut) const { return matrices_[cut]; }
    /// The cells of one array.
    EncodedArray encoded(std::size_t cut, std::size_t block) const;

    /// The moving operand, ready to be fed.
    struct Feed {
        kernel::Layout layout;
        std::vector<float> moving; ///< minus its zero point
    };
    Feed feed(const kernel::Arguments& a) const;
    /// What output positions [first, last) of one batch index feed to a cut: positions × groups·k.
    Matrix<std::int32_t> inputs(const Feed& feed, std::int64_t batch, std::size_t cut, std::int64_t first,
                                std::int64_t last) const;
    /// The same for at most `count` positions over the whole batch, evenly spaced.
    Matrix<std::int32_t> sample(const Feed& feed, std::size_t cut, std::int64_t count) const;

    /// Σ (x − zx)·(w − zw) of every column of a cut from Σ x·w and the inputs it was made of.
    void correct(std::span<const double> sums, std::span<const std::int32_t> inputs, std::size_t cut,
                 std::span<std::int64_t> out) const;

private:
    std::int64_t weight_zero(std::size_t channel) const { return weight_zero_[weight_zero_.size() == 1 ? 0 : channel]; }
    void lay_out(const kernel::Arguments& a, std::int64_t shift);

    imc::Contraction contraction_;
    ArraySpec spec_;
    LayerPlan plan_;
    std::int64_t moving_zero_ = 0;
    std::vector<std::int64_t> weight_zero_;      ///< one, or one per result channel
    std::vector<std::int64_t> weight_sums_;      ///< per result channel, of the weights as stored
    std::vector<std::int64_t> from_zero_points_; ///< per result channel: zx·Σ w − k·zx·zw
    std::vector<Matrix<std::int32_t>> matrices_; ///< of each cut
};

} // namespace imc::values
