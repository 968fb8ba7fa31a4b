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
    double weight = 1.0;    ///< 2^shift, negative where the result is subtracted
    bool magnitude = false; ///< sign and magnitude: the digit carries the input's sign
    int only = 0;           ///< two phases: inputs of this sign alone; 0: all
    int digit(std::int64_t input) const;
};

/// Whether a sign is applied by polarity or phase, and the bits are those of the magnitude. Digital macros take two's
/// complement bits.
bool coded_as_magnitude(const MacroConfig& config, bool signed_input);
/// The reads that inputs so coded take of each group of rows: phase by phase, least significant slice first.
std::vector<Slice> slices_of(const MacroConfig& config, int input_bits, bool signed_input);
/// Added to every input before it is sliced: several bits at a time have no top bit to subtract.
std::int64_t input_offset(const MacroConfig& config, int input_bits, bool signed_input);

/// An analog array: cells as the column currents see them, converters, and what is done with codes. A converted column
/// is one slice of one weight (of a pair: the difference or one half), or several that are merged; they are numbered
/// weight by weight, the unit column last.
class ArrayValues
{
public:
    ArrayValues(const MacroConfig& config, const ArrayContents& contents, bool signed_input);

    std::size_t rows() const { return rows_; }
    std::size_t converted() const { return inverted_.cols(); }
    std::size_t weights() const { return weights_; }
    std::size_t groups() const { return inverted_.rows(); }
    bool has_unit() const { return has_unit_; }

    /// Currents of the converted columns, digits of rows first …: in steps of the grid; with gate drive in units.
    std::vector<double> currents(std::span<const int> digits, std::size_t first) const;
    /// What the converter makes of one; `noise` in its steps.
    double code(double current, std::size_t column, float noise) const;
    /// +1, or −1 for a column stored inverted in this group of rows.
    double sign(std::size_t group, std::size_t column) const { return inverted_(group, column) ? -1.0 : 1.0; }

    /// Of each weight, from the codes of all reads (group by group × converted columns), what the reads of a group
    /// count, and Σ of the inputs by group (counted; not used with a unit column). `offset` was added to the inputs.
    std::vector<double> combine(const Matrix<double>& codes, std::span<const double> weights,
                                std::span<const double> counts, std::int64_t offset) const;

private:
    void encode(const MacroConfig& config, const ArrayContents& contents, Matrix<std::uint8_t>& levels);
    void flip(std::size_t column, Matrix<std::uint8_t>& levels, std::size_t per_group);
    void resolve_cells(const MacroConfig& config, const ArrayContents& contents, const Matrix<std::uint8_t>& levels);
    void resolve_converters(const MacroConfig& config, const ArrayContents& contents, bool signed_input);
    float step_of(const MacroConfig& config, const ArrayContents& contents, std::size_t column) const;
    /// A converted column as a sum of cell columns.
    struct Part {
        std::size_t cells;
        double factor;
    };
    std::vector<Part> parts_of(std::size_t converted) const;
    double factors_of(std::size_t converted) const; ///< their sum
    bool is_unit(std::size_t converted) const { return converted >= planes_.size() * weights_; }
    double gate_code(double current, std::size_t column, float noise) const;
    template <class Real> Real rounded(Real y, std::size_t column) const;

    std::size_t rows_ = 0, weights_ = 0;
    int cell_bits_ = 1, top_level_ = 1;
    std::size_t active_ = 0; ///< rows of the largest group
    bool pairs_ = false;     ///< a converted column is a difference of two
    bool has_unit_ = false;
    std::vector<double> planes_;              ///< what the code of each slice (or group of merged ones) counts
    std::vector<std::vector<double>> merged_; ///< of each plane: what its columns count in its sum
    std::vector<std::size_t> used_;           ///< of each plane: columns that hold bits of the weight
    double unit_level_ = 0.0, bias_ = 0.0, scale_ = 1.0;
    double off_units_ = 0.0;        ///< what a cell of level 0 adds per unit of input
    double step_units_ = 1.0;       ///< units per step of the grid
    Matrix<float> cells_;           ///< rows × converted columns, in steps of the grid
    Matrix<std::uint8_t> inverted_; ///< groups × converted columns
    std::vector<double> weight_sums_, compensation_;

    Matrix<double> conductance_; ///< cell columns, for gate drive
    std::optional<devices::Wires> gate_wires_;
    double per_unit_ = 1.0;

    std::vector<float> gain_, shift_, step_; ///< of the converter, per column
    std::vector<float> low_, high_;          ///< codes, per column
    float bow_ = 0.0f, range_ = 1.0f;
    double full_scale_ = 0.0, full_scale_step_ = 1.0; ///< largest sum in units; units per code of range full_scale
    bool rounds_ = false;
    std::function<float(std::size_t, std::int32_t)> threshold_;
};

} // namespace imc::circuit
