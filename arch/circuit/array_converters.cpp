#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include "arch/circuit/array_values.h"

/// Converters of an array's columns, and what is done with their codes.
namespace imc::circuit
{

/// Units that a code of a column counts.
float ArrayValues::step_of(const MacroConfig& config, const ArrayContents& contents, std::size_t column) const
{
    const std::vector<double>& calibrated = contents.converters.step_units;
    if (contents.converters.ideal || config.adc.range == AdcRange::ideal)
        return 1.0f;
    if (config.adc.range == AdcRange::full_scale)
        return static_cast<float>(full_scale_step_);
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
    rounds_ = !contents.converters.ideal && adc.range != AdcRange::ideal;
    constexpr float unbounded = std::numeric_limits<float>::infinity();
    low_.assign(converted(), -unbounded);
    high_.assign(converted(), unbounded);
    full_scale_ = 0.0;
    full_scale_step_ = 1.0;
    for (std::size_t p = 0; p < planes_.size(); ++p) {
        double up = 0.0, down = 0.0, off_up = 0.0, off_down = 0.0;
        for (std::size_t m = 0; m < merged_[p].size(); ++m) {
            const double factor = merged_[p][m],
                         sum = m < used_[p] ? factor * static_cast<double>(digits * top_level_) : 0.0;
            (factor > 0.0 ? up : down) += sum;
            (factor > 0.0 ? off_up : off_down) += factor * off_units_ * static_cast<double>(digits);
        }
        if (config.encoding == Encoding::biased_flip) {
            double all = 0.0;
            for (const double factor : merged_[p])
                all += factor * static_cast<double>(digits * top_level_);
            up = std::min(up, std::floor(all / 2.0));
        }
        if (signed_sum) {
            up = std::max(up, -down);
            down = -up;
        }
        const bool is_signed = down + off_down < 0.0;
        const double codes = std::ldexp(1.0, adc.bits - (is_signed ? 1 : 0)) - 1.0;
        if (rounds_ && !(codes > 0.0))
            throw std::invalid_argument("signed column sums need a converter of at least 2 bits");
        full_scale_ = std::max({full_scale_, up + off_up, -(down + off_down)});
        full_scale_step_ = std::max({full_scale_step_, (up + off_up) / codes, -(down + off_down) / (codes + 1.0)});
        if (p == 0)
            range_ = static_cast<float>(codes);
        for (std::size_t q = 0; rounds_ && q < converted(); ++q)
            if (is_unit(q) ? p == 0 : q % planes_.size() == p) {
                high_[q] = static_cast<float>(codes);
                low_[q] = is_signed ? static_cast<float>(-codes - 1.0) : 0.0f;
            }
    }
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
            const std::size_t at = parts_of(q).front().cells;
            gain *= contents.columns.at(at).gain;
            shift += contents.columns.at(at).offset * full_scale_ / static_cast<double>(step_[q]);
        }
        gain_.push_back(static_cast<float>(step_units_ / static_cast<double>(step_[q]) * gain));
        shift_.push_back(static_cast<float>(shift));
    }
}

/// Limits and steps. Where widths are unequal a sum may fall into the step beside the one it is nearest to.
template <class Real> Real ArrayValues::rounded(Real y, std::size_t column) const
{
    const auto low = static_cast<Real>(low_[column]), high = static_cast<Real>(high_[column]);
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
                sum += planes_[p] * ((inverted_(g, q) ? top + off_units_ : -off_units_) * factors_of(q) * inputs[g]);
        }
        out[n] = scale_ * (sum - bias_ * count) - static_cast<double>(offset) * weight_sums_[n];
    }
    return out;
}

} // namespace imc::circuit
