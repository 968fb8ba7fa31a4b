#include "arch/circuit/array_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::circuit
{

bool coded_as_magnitude(const MacroConfig& config, bool signed_input)
{
    return signed_input && is_analog(config.family) && config.input.signed_input != SignedInput::twos_complement;
}

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

std::vector<Slice> slices_of(const MacroConfig& config, int input_bits, bool signed_input)
{
    const bool magnitude = coded_as_magnitude(config, signed_input);
    const bool two_phases = magnitude && config.input.signed_input == SignedInput::two_phases;
    const int bits = magnitude ? std::max(1, input_bits - 1) : input_bits, width = config.input.slice_bits;
    std::vector<Slice> slices;
    for (int phase = 0; phase < (two_phases ? 2 : 1); ++phase)
        for (int shift = 0; shift < bits; shift += width) {
            Slice s;
            s.shift = shift;
            s.bits = std::min(width, bits - shift);
            s.weight = std::ldexp(1.0, shift);
            s.magnitude = magnitude;
            if (two_phases)
                s.only = phase == 0 ? 1 : -1;
            const bool top = signed_input && !magnitude && width == 1 && shift + 1 == bits;
            if (top || s.only < 0)
                s.weight = -s.weight;
            slices.push_back(s);
        }
    return slices;
}

std::int64_t input_offset(const MacroConfig& config, int input_bits, bool signed_input)
{
    const bool offset = signed_input && !coded_as_magnitude(config, signed_input) && config.input.slice_bits > 1;
    return offset ? std::int64_t{1} << (input_bits - 1) : 0;
}

ArrayValues::ArrayValues(const MacroConfig& config, const ArrayContents& contents, bool signed_input)
    : rows_(contents.weights.rows()), weights_(contents.weights.cols()),
      cell_bits_(contents.cell_bits > 0 ? contents.cell_bits : config.cell.bits),
      top_level_(contents.top_level > 0 ? contents.top_level : (1 << cell_bits_) - 1),
      compensation_(contents.compensation)
{
    const auto limit = static_cast<std::size_t>(weights_per_row(config, contents.weight_bits));
    if (rows_ == 0 || rows_ > static_cast<std::size_t>(config.rows) || weights_ == 0 || weights_ > limit)
        throw std::invalid_argument(
            fmt::format("weights of {}×{} do not fit {} rows of {} weights", rows_, weights_, config.rows, limit));
    if (config.merged_columns > 1)
        throw std::invalid_argument("modules carry no values of merged columns");
    active_ = config.active_rows > 0 ? std::min(rows_, static_cast<std::size_t>(config.active_rows)) : rows_;
    Matrix<std::uint8_t> levels;
    encode(config, contents, levels);
    resolve_cells(config, contents, levels);
    resolve_converters(config, contents, signed_input);
    if (!compensation_.empty() && compensation_.size() != converted())
        throw std::invalid_argument(
            fmt::format("{} compensation factors for {} converted columns", compensation_.size(), converted()));
}

std::size_t ArrayValues::cell_column(std::size_t converted) const
{
    return pairs_ && !is_unit(converted) ? 2 * converted : converted;
}

void ArrayValues::encode(const MacroConfig& config, const ArrayContents& contents, Matrix<std::uint8_t>& levels)
{
    const Encoding e = config.encoding;
    const bool halves = e == Encoding::differential_digital;
    pairs_ = e == Encoding::differential_analog || e == Encoding::xnor;
    has_unit_ = extra_columns(config) > 0;
    const int slices = weight_slices(config, contents.weight_bits), bits = cell_bits_;
    if ((contents.weight_bits + bits - 1) / bits != slices)
        throw std::invalid_argument(
            fmt::format("cells of {} bits do not hold weights of {} in {}", bits, contents.weight_bits, slices));
    for (int s = 0; s < slices; ++s) {
        const double factor = std::ldexp(e == Encoding::twos_complement && s + 1 == slices ? -1.0 : 1.0, s * bits);
        planes_.push_back(factor);
        if (halves)
            planes_.push_back(-factor);
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
    if (!g.empty() && (!(contents.on_s > contents.off_s) || contents.off_s < 0.0))
        throw std::invalid_argument("conductances need on_s > off_s >= 0");
    devices::ConductanceGrid grid;
    float most = 0.0f;
    if (!g.empty()) {
        const double level_s = (contents.on_s - contents.off_s) / top_level_;
        // Digits of more than four bits have sums that single precision rounds once, wherever they are taken apart.
        grid = devices::ConductanceGrid::for_sums(contents.on_s, active_,
                                                  (1u << std::min(config.input.slice_bits, 4)) - 1);
        step_units_ = grid.step_s / level_s;
        off_units_ = pairs_ ? 0.0 : contents.off_s / level_s;
        most = grid.steps(2.0 * contents.on_s);
        per_unit_ = 1.0 / level_s;
    }
    if (contents.gate_wires) {
        conductance_ = g;
        gate_wires_ = contents.gate_wires;
        return;
    }
    const auto steps = [&](std::size_t row, std::size_t column) {
        return g.empty() ? static_cast<float>(levels(row, column)) : std::min(grid.steps(g(row, column)), most);
    };
    cells_ = Matrix<float>(levels.rows(), inverted_.cols());
    for (std::size_t q = 0; q < cells_.cols(); ++q) {
        const std::size_t at = is_unit(q) ? levels.cols() - 1 : cell_column(q);
        const bool pair = pairs_ && !is_unit(q);
        for (std::size_t i = 0; i < cells_.rows(); ++i)
            cells_(i, q) = steps(i, at) - (pair ? steps(i, at + 1) : 0.0f);
    }
}

/// Units that a code of a column counts.
float ArrayValues::step_of(const MacroConfig& config, const ArrayContents& contents, std::size_t column) const
{
    const std::vector<double>& calibrated = contents.converters.step_units;
    if (contents.converters.ideal || config.adc.range == AdcRange::ideal)
        return 1.0f;
    if (config.adc.range == AdcRange::full_scale)
        return static_cast<float>(std::max(1.0, full_scale_ / static_cast<double>(range_)));
    if (calibrated.size() != converted())
        throw std::invalid_argument(
            fmt::format("calibrated ranges of {} columns are needed, got {}", converted(), calibrated.size()));
    return static_cast<float>(calibrated[column]);
}

void ArrayValues::resolve_converters(const MacroConfig& config, const ArrayContents& contents, bool signed_input)
{
    const AdcConfig adc = contents.converters.ideal ? AdcConfig{} : config.adc;
    const bool signed_sum = pairs_ || (signed_input && config.input.signed_input == SignedInput::signed_pulse);
    const auto rows = static_cast<std::int64_t>(active_);
    const std::int64_t digits = rows * ((std::int64_t{1} << config.input.slice_bits) - 1);
    std::int64_t largest = digits * top_level_;
    if (config.encoding == Encoding::biased_flip)
        largest /= 2;
    full_scale_ = static_cast<double>(largest) + off_units_ * static_cast<double>(digits);
    const double codes = std::ldexp(1.0, adc.bits - (signed_sum ? 1 : 0)) - 1.0;
    rounds_ = !contents.converters.ideal && adc.range != AdcRange::ideal;
    if (rounds_ && !(codes > 0.0))
        throw std::invalid_argument("signed column sums need a converter of at least 2 bits");
    range_ = static_cast<float>(codes);
    constexpr float unbounded = std::numeric_limits<float>::infinity();
    high_ = rounds_ ? range_ : unbounded;
    low_ = !rounds_ ? -unbounded : signed_sum ? static_cast<float>(-codes - 1.0) : 0.0f;
    bow_ = contents.converters.ideal ? 0.0f : static_cast<float>(adc.inl_lsb);
    if (rounds_ && adc.dnl_lsb > 0.0) {
        threshold_ = contents.converters.threshold;
        if (!threshold_)
            throw std::invalid_argument("steps of unequal width need their thresholds");
    }
    for (std::size_t q = 0; q < converted(); ++q) {
        step_.push_back(step_of(config, contents, q));
        double gain = 1.0, shift = 0.0;
        if (!contents.converters.ideal) {
            gain += adc.gain_error;
            shift = adc.offset_lsb;
        }
        if (!contents.columns.empty()) {
            const std::size_t at = is_unit(q) ? contents.columns.size() - 1 : cell_column(q);
            gain *= contents.columns.at(at).gain;
            shift += contents.columns.at(at).offset * full_scale_ / static_cast<double>(step_[q]);
        }
        gain_.push_back(static_cast<float>(step_units_ / static_cast<double>(step_[q]) * gain));
        shift_.push_back(static_cast<float>(shift));
    }
}

std::vector<double> ArrayValues::currents(std::span<const int> digits, std::size_t first) const
{
    std::vector<double> sums(converted(), 0.0);
    if (gate_wires_) {
        Matrix<unsigned char> on(1, conductance_.rows(), 0);
        for (std::size_t i = 0; i < digits.size(); ++i)
            on(0, first + i) = digits[i] != 0 ? 1 : 0;
        const Matrix<double> amperes = devices::solve_gate_drive(conductance_, *gate_wires_, 1.0, on);
        for (std::size_t q = 0; q < sums.size(); ++q) {
            const std::size_t at = is_unit(q) ? conductance_.cols() - 1 : cell_column(q);
            sums[q] = (amperes(0, at) - (pairs_ && !is_unit(q) ? amperes(0, at + 1) : 0.0)) * per_unit_;
        }
        return sums;
    }
    // Whole steps, exact in any order.
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (digits[i] == 0)
            continue;
        const std::span<const float> row = cells_.row(first + i);
        const auto digit = static_cast<double>(digits[i]);
        for (std::size_t q = 0; q < sums.size(); ++q)
            sums[q] += digit * static_cast<double>(row[q]);
    }
    return sums;
}

/// Limits and steps. Where widths are unequal a sum may fall into the step beside the one it is nearest to.
template <class Real> Real ArrayValues::rounded(Real y, std::size_t column) const
{
    const auto low = static_cast<Real>(low_), high = static_cast<Real>(high_);
    y = std::clamp(y, low, high);
    if (!rounds_)
        return y;
    Real code = std::nearbyint(y);
    if (threshold_) {
        const auto whole = static_cast<std::int32_t>(code);
        if (y >= static_cast<Real>(threshold_(column, whole + 1)))
            code += 1;
        else if (y < static_cast<Real>(threshold_(column, whole)))
            code -= 1;
        code = std::clamp(code, low, high);
    }
    return code;
}

double ArrayValues::code(double current, std::size_t column, float noise) const
{
    if (gate_wires_)
        return gate_code(current, column, noise);
    // Currents are whole steps below 2^24; converters are single precision, one operation after the other.
    const float scaled = static_cast<float>(current) * gain_[column];
    float y = scaled + shift_[column];
    if (bow_ != 0.0f) {
        const float z = y * (1.0f / range_);
        y = y + (4.0f * bow_) * z * (1.0f - z);
    }
    return static_cast<double>(rounded(y + noise, column));
}

/// Currents of ladders are no whole steps: all in double precision.
double ArrayValues::gate_code(double current, std::size_t column, float noise) const
{
    double y = current * (static_cast<double>(gain_[column]) / step_units_) + static_cast<double>(shift_[column]);
    if (bow_ != 0.0f) {
        const double z = y / static_cast<double>(range_);
        y += 4.0 * static_cast<double>(bow_) * z * (1.0 - z);
    }
    return rounded(y + static_cast<double>(noise), column);
}

std::vector<double> ArrayValues::combine(const Matrix<double>& codes, std::span<const double> weights,
                                         std::span<const double> counts, std::int64_t offset) const
{
    std::vector<double> sums(converted(), 0.0), inputs(groups()), out(weights_);
    const std::size_t unit = converted() - 1;
    const auto recovered = [&](std::size_t q) { return compensation_.empty() ? 1.0 : compensation_[q]; };
    double count = 0.0;
    // Group by group: codes without steps are not whole numbers, and the order of adding shows.
    for (std::size_t g = 0; g < groups(); ++g) {
        const double before = sums[unit];
        for (std::size_t r = 0; r < weights.size(); ++r)
            for (std::size_t q = 0; q < sums.size(); ++q)
                sums[q] += weights[r] * codes(g * weights.size() + r, q);
        inputs[g] = has_unit_ ? (sums[unit] - before) * recovered(unit) * static_cast<double>(step_[unit]) /
                                    (unit_level_ + off_units_)
                              : counts[g];
        count += inputs[g];
    }
    const double top = (1 << cell_bits_) - 1;
    for (std::size_t n = 0; n < weights_; ++n) {
        double sum = 0.0;
        for (std::size_t p = 0; p < planes_.size(); ++p) {
            const std::size_t q = n * planes_.size() + p;
            sum += planes_[p] * recovered(q) * (static_cast<double>(step_[q]) * sums[q]);
            // An inverted column lacks what it would have held; cells of level 0 conduct.
            for (std::size_t g = 0; g < groups(); ++g)
                sum += planes_[p] * ((inverted_(g, q) ? top + off_units_ : -off_units_) * inputs[g]);
        }
        out[n] = scale_ * (sum - bias_ * count) - static_cast<double>(offset) * weight_sums_[n];
    }
    return out;
}

} // namespace imc::circuit
