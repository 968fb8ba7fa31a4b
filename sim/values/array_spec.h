#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "arch/config/macro.h"

/// What the value path must know of an array. Plain data: whoever maps networks fills it from the chip.
namespace imc::values
{

/// One unit is one cell level times one input level: the value that one bit of each contributes.
struct ConverterSpec {
    AdcRange range = AdcRange::full_scale;
    int bits = 8;
    double percentile = 99.9;
    bool per_column = false; ///< percentile only: one range per column instead of one per array
    double offset_lsb = 0.0;
    double gain_error = 0.0; ///< relative
    double inl_lsb = 0.0;    ///< bow of the transfer curve at mid-scale
    double dnl_lsb = 0.0;    ///< σ of the widths of steps; every converted column has its own
    bool rounds = true;      ///< off: the limits act, the steps do not (to tell clipping from quantisation)
    bool clips = true;       ///< off: the steps act, the limits do not
    double enob = 0.0;       ///< effective bits; the noise that lowers `bits` to it is added. 0: no noise
};

struct ArraySpec {
    int rows = 128;
    int columns = 128;
    int active_rows = 0; ///< most rows driven at a time; 0: all
    int cell_bits = 2;
    /// Cell columns of a weight, least significant first, whose sums are joined in proportion to their values before
    /// they are converted; weights take whole groups of so many.
    int merged_columns = 1;
    int top_level = 0; ///< what the largest conductance stands for; 0: 2^cell_bits − 1
    Encoding encoding = Encoding::biased_flip;
    OffsetSource offset = OffsetSource::popcount;
    int weight_bits = 8; ///< two's complement
    int input_bits = 8;
    bool input_signed = false;
    int slice_bits = 1; ///< input bits applied per read
    SignedInput signed_input = SignedInput::twos_complement;
    ConverterSpec adc;

    /// Throws std::invalid_argument naming the field, its value and what was expected.
    void check() const;

    int weight_slices() const;
    /// Physical columns per weight: slices, twice for differential pairs.
    int columns_per_weight() const;
    /// Weights side by side in one array.
    int weights_per_row() const;
    int active(int rows_used) const;
    int top() const { return top_level > 0 ? top_level : (1 << cell_bits) - 1; }
    /// Slices whose columns are converted together; the last group may hold fewer.
    int slice_groups() const { return (weight_slices() + merged_columns - 1) / merged_columns; }
    /// What the columns of a group of slices count, in units of the first: two's complement's top bit counts negative,
    /// if it is not converted alone.
    std::vector<double> column_factors(int group) const;
    /// Least and largest sum of a converted column in units over `rows_active` rows, of one group of slices.
    struct SumRange {
        std::int64_t low = 0, high = 0;
        bool is_signed() const { return low < 0; }
        std::int64_t largest() const { return high > -low ? high : -low; }
    };
    SumRange sum_range(int rows_active, int group) const;
    /// Whether every column sum can be negative: pairs subtracted in analog, signed pulses, ±1 cells.
    bool signed_sum() const;
    /// Largest |column sum| in units over `rows_active` rows.
    std::int64_t largest_sum(int rows_active) const;
    /// Bits of a converter with a step of one unit that resolves every column sum (DESIGN §3 Value).
    int required_bits(int rows_active) const;
};

/// One read of an array: which digit of the inputs is applied and what its result counts.
struct InputSlice {
    int shift = 0;       ///< lowest input bit of the digit
    int bits = 1;        ///< bits of the digit
    double weight = 1.0; ///< 2^shift, negative where the result is subtracted
    enum class Part { unsigned_digit, signed_digit, positive_digit, negative_digit } part = Part::unsigned_digit;
};

/// The reads of one operation per row group, in order.
std::vector<InputSlice> input_slices(const ArraySpec& config);
/// Added to every input before it is sliced (offset binary); its share of the result is subtracted digitally.
std::int64_t input_offset(const ArraySpec& config);
/// The digit of an input in a slice.
int digit(std::int64_t input, const InputSlice& slice);
/// Smallest and largest input that the coding can apply.
std::pair<std::int64_t, std::int64_t> input_limits(const ArraySpec& config);

} // namespace imc::values
