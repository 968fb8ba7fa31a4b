#include "sim/values/array_spec.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::values
{

namespace
{

void need(bool good, const char* field, auto value, const char* expected)
{
    if (!good)
        throw std::invalid_argument(fmt::format("{}: must be {}, got {}", field, expected, value));
}

bool pairs(Encoding e) { return e == Encoding::differential_analog || e == Encoding::differential_digital; }
bool magnitude_inputs(const ArraySpec& c) { return c.input_signed && c.signed_input != SignedInput::twos_complement; }

} // namespace

void ArraySpec::check() const
{
    need(rows >= 1 && rows <= 65536, "rows", rows, "in [1, 65536]");
    need(columns >= 1 && columns <= 65536, "columns", columns, "in [1, 65536]");
    need(active_rows >= 0 && active_rows <= rows, "active_rows", active_rows, "0 or at most the rows");
    need(cell_bits >= 1 && cell_bits <= 8, "cell_bits", cell_bits, "in [1, 8]");
    need(merged_columns >= 1 && merged_columns <= 64, "merged_columns", merged_columns, "in [1, 64]");
    need(merged_columns == 1 || merged_columns * cell_bits <= 16, "merged_columns", merged_columns,
         "few enough for sums of columns of at most 16 bits");
    need(merged_columns == 1 || !(pairs(encoding) || encoding == Encoding::offset_column ||
                                  (uses_offset(encoding) && offset == OffsetSource::unit_column)),
         "merged_columns", merged_columns, "1 with pairs, reference and unit columns");
    need(top_level >= 0 && top_level < 1 << cell_bits, "top_level", top_level, "0 or a level of the cells");
    need(weight_bits >= 1 && weight_bits <= 16, "weight_bits", weight_bits, "in [1, 16]");
    need(input_bits >= 1 && input_bits <= 17, "input_bits", input_bits, "in [1, 17]");
    need(slice_bits >= 1 && slice_bits <= 8, "slice_bits", slice_bits, "in [1, 8]");
    need(adc.bits >= 1 && adc.bits <= 25, "adc.bits", adc.bits, "in [1, 25]");
    need(adc.percentile > 0.0 && adc.percentile <= 100.0, "adc.percentile", adc.percentile, "in (0, 100]");
    need(adc.dnl_lsb >= 0.0 && adc.dnl_lsb <= 1.0, "adc.dnl_lsb", adc.dnl_lsb, "in [0, 1]");
    need(adc.enob >= 0.0 && adc.enob <= adc.bits, "adc.enob", adc.enob, "0 or at most adc.bits");
    const bool one_bit = encoding == Encoding::twos_complement || encoding == Encoding::xnor;
    need(!one_bit || cell_bits == 1, "cell_bits", cell_bits, "1 with two's complement and XNOR cells");
    const bool tight = encoding == Encoding::biased_flip && offset == OffsetSource::unit_column;
    need(!tight || cell_bits > 1, "cell_bits", cell_bits,
         "at least 2 with flipped columns and a unit column, whose sum would need one bit more");
    need(weights_per_row() >= 1, "columns", columns, "enough for one weight");
    need(largest_sum(active(rows)) < (std::int64_t{1} << 24), "rows", rows,
         "few enough for exact column sums in single precision");
}

int ArraySpec::weight_slices() const { return (weight_bits + cell_bits - 1) / cell_bits; }
int ArraySpec::columns_per_weight() const
{
    return merged_columns > 1 ? slice_groups() * merged_columns : weight_slices() * (pairs(encoding) ? 2 : 1);
}

std::vector<double> ArraySpec::column_factors(int group) const
{
    std::vector<double> factors;
    for (int j = 0; j < merged_columns; ++j)
        factors.push_back(static_cast<double>(std::int64_t{1} << (j * cell_bits)));
    const int top = weight_slices() - 1 - group * merged_columns;
    if (encoding == Encoding::twos_complement && merged_columns > 1 && top < merged_columns)
        factors[static_cast<std::size_t>(top)] *= -1.0;
    return factors;
}

int ArraySpec::weights_per_row() const
{
    const bool unit =
        uses_offset(encoding) && (encoding == Encoding::offset_column || offset == OffsetSource::unit_column);
    return (columns - (unit ? 1 : 0)) / columns_per_weight();
}

int ArraySpec::active(int rows_used) const { return active_rows > 0 ? std::min(active_rows, rows_used) : rows_used; }

bool ArraySpec::signed_sum() const
{
    return encoding == Encoding::differential_analog || encoding == Encoding::xnor ||
           (input_signed && signed_input == SignedInput::signed_pulse);
}

ArraySpec::SumRange ArraySpec::sum_range(int rows_active, int group) const
{
    const std::int64_t digits = std::int64_t{rows_active} * ((std::int64_t{1} << slice_bits) - 1);
    const std::vector<double> factors = column_factors(group);
    const int used = std::min(merged_columns, weight_slices() - group * merged_columns);
    SumRange range;
    for (int j = 0; j < used; ++j) {
        const auto factor = static_cast<std::int64_t>(factors[static_cast<std::size_t>(j)]);
        (factor > 0 ? range.high : range.low) += digits * top() * factor;
    }
    if (encoding == Encoding::biased_flip) {
        // A column that sums to more than half of what all its cells, used or not, could is stored inverted.
        double all = 0.0;
        for (const double factor : factors)
            all += factor;
        range.high = std::min(range.high, digits * top() * static_cast<std::int64_t>(all) / 2);
    }
    if (signed_sum()) {
        range.high = range.largest();
        range.low = -range.high;
    }
    return range;
}

std::int64_t ArraySpec::largest_sum(int rows_active) const
{
    std::int64_t largest = 0;
    for (int group = 0; group < slice_groups(); ++group)
        largest = std::max(largest, sum_range(rows_active, group).largest());
    return largest;
}

int ArraySpec::required_bits(int rows_active) const
{
    int most = 0;
    for (int group = 0; group < slice_groups(); ++group) {
        const SumRange range = sum_range(rows_active, group);
        int bits = range.is_signed() ? 1 : 0;
        const std::int64_t codes = std::max(-range.low, range.high + 1);
        while ((std::int64_t{1} << (bits - (range.is_signed() ? 1 : 0))) < codes)
            ++bits;
        most = std::max(most, bits);
    }
    return most;
}

std::vector<InputSlice> input_slices(const ArraySpec& config)
{
    using Part = InputSlice::Part;
    std::vector<InputSlice> slices;
    const int bits = magnitude_inputs(config) ? std::max(1, config.input_bits - 1) : config.input_bits;
    const bool subtract_top = config.input_signed && !magnitude_inputs(config) && config.slice_bits == 1;
    const bool two_phases = config.input_signed && config.signed_input == SignedInput::two_phases;
    for (int phase = 0; phase < (two_phases ? 2 : 1); ++phase)
        for (int shift = 0; shift < bits; shift += config.slice_bits) {
            InputSlice slice;
            slice.shift = shift;
            slice.bits = std::min(config.slice_bits, bits - shift);
            slice.weight = static_cast<double>(std::int64_t{1} << shift);
            if (two_phases)
                slice.part = phase == 0 ? Part::positive_digit : Part::negative_digit;
            else if (magnitude_inputs(config))
                slice.part = Part::signed_digit;
            if (phase == 1 || (subtract_top && shift + 1 == bits))
                slice.weight = -slice.weight;
            slices.push_back(slice);
        }
    return slices;
}

std::int64_t input_offset(const ArraySpec& config)
{
    // A digit of several bits has no top bit to subtract: the sign bit is inverted instead.
    const bool offset_binary = config.input_signed && !magnitude_inputs(config) && config.slice_bits > 1;
    return offset_binary ? std::int64_t{1} << (config.input_bits - 1) : 0;
}

int digit(std::int64_t input, const InputSlice& slice)
{
    const std::int64_t mask = (std::int64_t{1} << slice.bits) - 1;
    switch (slice.part) {
    case InputSlice::Part::unsigned_digit:
        return static_cast<int>(input >> slice.shift & mask);
    case InputSlice::Part::signed_digit: {
        const auto d = static_cast<int>(std::abs(input) >> slice.shift & mask);
        return input < 0 ? -d : d;
    }
    case InputSlice::Part::positive_digit:
        return input > 0 ? static_cast<int>(input >> slice.shift & mask) : 0;
    case InputSlice::Part::negative_digit:
        return input < 0 ? static_cast<int>(-input >> slice.shift & mask) : 0;
    }
    return 0;
}

std::pair<std::int64_t, std::int64_t> input_limits(const ArraySpec& config)
{
    const std::int64_t half = std::int64_t{1} << (config.input_bits - 1);
    if (!config.input_signed)
        return {0, 2 * half - 1};
    if (!magnitude_inputs(config))
        return {-half, half - 1};
    const std::int64_t largest = std::max<std::int64_t>(1, half - 1);
    return {-largest, largest};
}

} // namespace imc::values
