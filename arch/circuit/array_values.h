#pragma once

#include <span>

#include "arch/macro_values.h"

/// The numbers behind the modules: what the cells of an array stand for and what a converter makes of a column.
namespace imc::circuit
{

/// The digit of each input that one read applies, and what its result counts.
struct Slice {
    int shift = 0;
    int bits = 1;
    double weight = 1.0;   ///< 2^shift, negative where the result is subtracted
    bool magnitude = false; ///< sign and magnitude: the digit carries the input's sign
    int only = 0;           ///< two phases: inputs of this sign alone; 0: all
    int digit(std::int64_t input) const;
};

/// Input of `bits` from bit `shift` on, in phase 0 or 1 of an operation.
Slice slice_at(const MacroConfig& config, int input_bits, bool signed_input, int shift, int phase);
/// Added to every input before it is sliced: several bits at a time have no top bit to subtract.
std::int64_t input_offset(const MacroConfig& config, int input_bits, bool signed_input);

/// An analog array: cells as the column currents see them, converters, and what is done with codes. A converted column
/// is one slice of one weight (of a pair: the difference or one half); they are numbered weight by weight, the unit
/// column last.
class ArrayValues
{
public:
    ArrayValues(const MacroConfig& config, const ArrayContents& contents, bool signed_input);

    std::size_t rows() const { return cells_.rows(); }
    std::size_t converted() const { return cells_.cols(); }
    std::size_t weights() const { return weights_; }
    std::size_t groups() const { return inverted_.rows(); }
    bool has_unit() const { return has_unit_; }

    /// Current of a converted column in steps of the grid, digits of rows first ….
    double current(std::span<const int> digits, std::size_t first, std::size_t column) const;
    /// What the converter makes of it.
    float code(double current, std::size_t column) const;
    /// +1, or −1 for a column stored inverted in this group of rows.
    double sign(std::size_t group, std::size_t column) const { return inverted_(group, column) ? -1.0 : 1.0; }

    /// From shift-added codes of each column, those of the unit column by group, and Σ of the inputs by group (counted;
    /// not used with a unit column). `offset` was added to the inputs.
    void combine(std::span<const double> codes, std::span<const double> unit_codes, std::span<const double> counts,
                 std::int64_t offset, std::span<double> out) const;

private:
    struct Plane {
        double factor;
    };
    void encode(const MacroConfig& config, const ArrayContents& contents, Matrix<std::uint8_t>& levels);
    void flip(std::size_t column, Matrix<std::uint8_t>& levels, std::size_t per_group);
    void resolve_cells(const MacroConfig& config, const ArrayContents& contents, const Matrix<std::uint8_t>& levels);
    void resolve_converters(const MacroConfig& config, const ArrayContents& contents, bool signed_input);
    std::size_t cell_column(std::size_t converted) const;

    std::size_t weights_ = 0;
    int cell_bits_ = 1;
    std::size_t active_ = 0; ///< rows of the largest group
    bool pairs_ = false;     ///< a converted column is a difference of two
    bool has_unit_ = false;
    std::vector<Plane> planes_;
    double unit_level_ = 0.0, bias_ = 0.0, scale_ = 1.0;
    double off_units_ = 0.0;  ///< what a cell of level 0 adds per unit of input
    double step_units_ = 1.0; ///< units per step of the grid
    Matrix<float> cells_;     ///< rows × converted columns, in steps of the grid
    Matrix<std::uint8_t> inverted_; ///< groups × converted columns
    std::vector<double> weight_sums_;

    std::vector<float> gain_, shift_; ///< of the converter, per column
    float step_ = 1.0f, low_ = 0.0f, high_ = 0.0f;
    bool rounds_ = false;
};

} // namespace imc::circuit
