#include "arch/circuit/array_values.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::circuit
{

namespace
{

bool by_magnitude(const MacroConfig& config, bool signed_input)
{
    return signed_input && config.input.signed_input != SignedInput::twos_complement;
}

} // namespace

int Slice::digit(std::int64_t input) const
{
    if (only != 0 && (only > 0 ? input <= 0 : input >= 0))
        return 0;
    const std::int64_t mask = (std::int64_t{1} << bits) - 1;
    if (only != 0 || magnitude) {
        const auto d = static_cast<int>(std::abs(input) >> shift & mask);
        return only == 0 && input < 0 ? -d : d;
    }
    return static_cast<int>(input >> shift & mask);
}

Slice slice_at(const MacroConfig& config, int input_bits, bool signed_input, int shift, int phase)
{
    const bool magnitude = by_magnitude(config, signed_input);
    const int bits = magnitude ? std::max(1, input_bits - 1) : input_bits;
    Slice s;
    s.shift = shift;
    s.bits = std::min(config.input.slice_bits, bits - shift);
    s.weight = std::ldexp(1.0, shift);
    s.magnitude = magnitude;
    if (magnitude && config.input.signed_input == SignedInput::two_phases)
        s.only = phase == 0 ? 1 : -1;
    const bool top = signed_input && !magnitude && config.input.slice_bits == 1 && shift + 1 == bits;
    if (top || s.only < 0)
        s.weight = -s.weight;
    return s;
}

std::int64_t input_offset(const MacroConfig& config, int input_bits, bool signed_input)
{
    const bool offset = signed_input && !by_magnitude(config, signed_input) && config.input.slice_bits > 1;
    return offset ? std::int64_t{1} << (input_bits - 1) : 0;
}

ArrayValues::ArrayValues(const MacroConfig& config, const ArrayContents& contents, bool signed_input)
    : weights_(contents.weights.cols()), cell_bits_(config.cell.bits)
{
    const std::size_t rows = contents.weights.rows();
    const auto limit = static_cast<std::size_t>(weights_per_row(config, contents.weight_bits));
    if (rows == 0 || rows > static_cast<std::size_t>(config.rows) || weights_ == 0 || weights_ > limit)
        throw std::invalid_argument(
            fmt::format("weights of {}×{} do not fit {} rows of {} weights", rows, weights_, config.rows, limit));
    if (config.merged_columns > 1)
        throw std::invalid_argument("modules carry no values of merged columns");
    active_ = config.active_rows > 0 ? std::min(rows, static_cast<std::size_t>(config.active_rows)) : rows;
    Matrix<std::uint8_t> levels;
    encode(config, contents, levels);
    resolve_cells(config, contents, levels);
    resolve_converters(config, contents, signed_input);
}

std::size_t ArrayValues::cell_column(std::size_t converted) const
{
    return pairs_ && converted < planes_.size() * weights_ ? 2 * converted : converted;
}

void ArrayValues::encode(const MacroConfig& config, const ArrayContents& contents, Matrix<std::uint8_t>& levels)
{
    const Encoding e = config.encoding;
    const bool halves = e == Encoding::differential_digital;
    pairs_ = e == Encoding::differential_analog || e == Encoding::xnor;
    has_unit_ = extra_columns(config) > 0;
    const int slices = weight_slices(config, contents.weight_bits), bits = config.cell.bits;
    for (int s = 0; s < slices; ++s) {
        const double factor = std::ldexp(e == Encoding::twos_complement && s + 1 == slices ? -1.0 : 1.0, s * bits);
        planes_.push_back({factor});
        if (halves)
            planes_.push_back({-factor});
    }
    const std::int64_t half = std::int64_t{1} << (contents.weight_bits - 1);
    if (uses_offset(e))
        bias_ = static_cast<double>(half);
    if (has_unit_)
        unit_level_ = e == Encoding::offset_column ? std::ldexp(1.0, (contents.weight_bits - 1) % bits) : 1.0;
    if (e == Encoding::xnor) { // each cell counts ±1: Σ ±2^s = 2 w + 1
        scale_ = 0.5;
        bias_ = 1.0;
    }
    const std::size_t rows = contents.weights.rows(), per_weight = planes_.size() * (pairs_ ? 2 : 1);
    levels = Matrix<std::uint8_t>(rows, per_weight * weights_ + (has_unit_ ? 1 : 0));
    weight_sums_.assign(weights_, 0.0);
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t n = 0; n < weights_; ++n) {
            const std::int64_t w = contents.weights(i, n);
            if (w < -half || w >= half)
                throw std::invalid_argument(fmt::format("weight {} does not fit {} bits", w, contents.weight_bits));
            weight_sums_[n] += static_cast<double>(w);
            const std::int64_t stored = uses_offset(e) || e == Encoding::xnor ? w + half : w;
            for (int s = 0; s < slices; ++s) {
                const auto of = [&](std::int64_t v) {
                    return static_cast<std::uint8_t>(v >> (s * bits) & ((std::int64_t{1} << bits) - 1));
                };
                std::uint8_t* cell = &levels(i, n * per_weight + static_cast<std::size_t>(s) * per_weight /
                                                                     static_cast<std::size_t>(slices));
                if (e == Encoding::xnor) {
                    cell[0] = of(stored);
                    cell[1] = static_cast<std::uint8_t>(1 - cell[0]);
                } else if (pairs_ || halves) {
                    cell[0] = of(std::max<std::int64_t>(w, 0));
                    cell[1] = of(std::max<std::int64_t>(-w, 0));
                } else {
                    cell[0] = of(stored);
                }
            }
        }
        if (has_unit_)
            levels(i, levels.cols() - 1) = static_cast<std::uint8_t>(unit_level_);
    }
    const std::size_t converted = planes_.size() * weights_ + (has_unit_ ? 1 : 0);
    inverted_ = Matrix<std::uint8_t>((rows + active_ - 1) / active_, converted, 0);
    if (e == Encoding::biased_flip)
        for (std::size_t q = 0; q < planes_.size() * weights_; ++q)
            flip(q, levels, active_);
}

/// Columns whose cells sum to more than half of what they could are stored inverted, group by group.
void ArrayValues::flip(std::size_t column, Matrix<std::uint8_t>& levels, std::size_t per_group)
{
    const int top = (1 << cell_bits_) - 1;
    for (std::size_t g = 0; g < inverted_.rows(); ++g) {
        const std::size_t first = g * per_group, last = std::min(levels.rows(), first + per_group);
        int sum = 0;
        for (std::size_t i = first; i < last; ++i)
            sum += levels(i, column);
        if (2 * sum <= static_cast<int>(last - first) * top)
            continue;
        inverted_(g, column) = 1;
        for (std::size_t i = first; i < last; ++i)
            levels(i, column) = static_cast<std::uint8_t>(top - levels(i, column));
    }
}

void ArrayValues::resolve_cells(const MacroConfig& config, const ArrayContents& contents,
                                const Matrix<std::uint8_t>& levels)
{
    const Matrix<double>& g = contents.conductance_s;
    if (!g.empty() && (g.rows() != levels.rows() || g.cols() != levels.cols()))
        throw std::invalid_argument(
            fmt::format("conductances of {}×{} for {}×{} cells", g.rows(), g.cols(), levels.rows(), levels.cols()));
    if (!g.empty() && (!(contents.on_s > contents.off_s) || contents.off_s < 0.0 || config.input.slice_bits > 4))
        throw std::invalid_argument("conductances need on_s > off_s >= 0 and at most 4 input bits at a time");
    devices::ConductanceGrid grid;
    float most = 0.0f;
    if (!g.empty()) {
        const double level_s = (contents.on_s - contents.off_s) / ((1 << cell_bits_) - 1);
        grid = devices::ConductanceGrid::for_sums(contents.on_s, active_, (1u << config.input.slice_bits) - 1);
        step_units_ = grid.step_s / level_s;
        off_units_ = pairs_ ? 0.0 : contents.off_s / level_s;
        most = grid.steps(2.0 * contents.on_s);
    }
    const auto steps = [&](std::size_t row, std::size_t column) {
        return g.empty() ? static_cast<float>(levels(row, column)) : std::min(grid.steps(g(row, column)), most);
    };
    cells_ = Matrix<float>(levels.rows(), inverted_.cols());
    for (std::size_t q = 0; q < cells_.cols(); ++q) {
        const std::size_t at = q < planes_.size() * weights_ ? cell_column(q) : levels.cols() - 1;
        const bool pair = pairs_ && q < planes_.size() * weights_;
        for (std::size_t i = 0; i < cells_.rows(); ++i)
            cells_(i, q) = steps(i, at) - (pair ? steps(i, at + 1) : 0.0f);
    }
}

void ArrayValues::resolve_converters(const MacroConfig& config, const ArrayContents& contents, bool signed_input)
{
    const AdcConfig& adc = config.adc;
    if (adc.range == AdcRange::percentile || adc.inl_lsb != 0.0 || adc.enob > 0.0)
        throw std::invalid_argument(
            "modules carry values through ideal and full-scale converters without noise or bow");
    const bool signed_sum = pairs_ || (signed_input && config.input.signed_input == SignedInput::signed_pulse);
    const auto rows = static_cast<std::int64_t>(active_);
    const std::int64_t digits = rows * ((std::int64_t{1} << config.input.slice_bits) - 1);
    std::int64_t largest = digits * ((std::int64_t{1} << cell_bits_) - 1);
    if (config.encoding == Encoding::biased_flip)
        largest /= 2;
    const double full_scale = static_cast<double>(largest) + off_units_ * static_cast<double>(digits);
    const double codes = std::ldexp(1.0, adc.bits - (signed_sum ? 1 : 0)) - 1.0;
    rounds_ = adc.range != AdcRange::ideal;
    if (rounds_) {
        if (!(codes > 0.0))
            throw std::invalid_argument("signed column sums need a converter of at least 2 bits");
        step_ = static_cast<float>(std::max(1.0, full_scale / codes));
        high_ = static_cast<float>(codes);
        low_ = signed_sum ? static_cast<float>(-codes - 1.0) : 0.0f;
    }
    for (std::size_t q = 0; q < converted(); ++q) {
        double gain = 1.0 + adc.gain_error, shift = adc.offset_lsb;
        if (!contents.columns.empty()) {
            const std::size_t at = q < planes_.size() * weights_ ? cell_column(q) : contents.columns.size() - 1;
            gain *= contents.columns.at(at).gain;
            shift += contents.columns.at(at).offset * full_scale / static_cast<double>(step_);
        }
        gain_.push_back(static_cast<float>(step_units_ / static_cast<double>(step_) * gain));
        shift_.push_back(static_cast<float>(shift));
    }
}

double ArrayValues::current(std::span<const int> digits, std::size_t first, std::size_t column) const
{
    double sum = 0.0;
    for (std::size_t i = 0; i < digits.size(); ++i)
        sum += digits[i] * static_cast<double>(cells_(first + i, column));
    return sum;
}

float ArrayValues::code(double current, std::size_t column) const
{
    // Currents are whole steps below 2^24; converters are single precision, one operation after the other.
    const float scaled = static_cast<float>(current) * gain_[column];
    const float y = scaled + shift_[column];
    return rounds_ ? std::nearbyint(std::clamp(y, low_, high_)) : y;
}

void ArrayValues::combine(std::span<const double> codes, std::span<const double> unit_codes,
                          std::span<const double> counts, std::int64_t offset, std::span<double> out) const
{
    std::vector<double> inputs(groups());
    double count = 0.0;
    for (std::size_t g = 0; g < groups(); ++g) {
        inputs[g] = has_unit_ ? unit_codes[g] * static_cast<double>(step_) / (unit_level_ + off_units_) : counts[g];
        count += inputs[g];
    }
    const double top = (1 << cell_bits_) - 1;
    for (std::size_t n = 0; n < weights_; ++n) {
        double sum = 0.0;
        for (std::size_t p = 0; p < planes_.size(); ++p) {
            const std::size_t q = n * planes_.size() + p;
            sum += planes_[p].factor * (static_cast<double>(step_) * codes[q]);
            // An inverted column lacks what it would have held; cells of level 0 conduct.
            for (std::size_t g = 0; g < groups(); ++g)
                sum += planes_[p].factor * ((inverted_(g, q) ? top + off_units_ : -off_units_) * inputs[g]);
        }
        out[n] = scale_ * (sum - bias_ * count) - static_cast<double>(offset) * weight_sums_[n];
    }
}

} // namespace imc::circuit
