#include "arch/circuit/array_values.h"

#include <algorithm>
#include <cmath>
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
    active_ = config.active_rows > 0 ? std::min(rows_, static_cast<std::size_t>(config.active_rows)) : rows_;
    Matrix<std::uint8_t> levels;
    encode(config, contents, levels);
    resolve_cells(config, contents, levels);
    resolve_converters(config, contents, signed_input);
    if (!compensation_.empty() && compensation_.size() != converted())
        throw std::invalid_argument(
            fmt::format("{} compensation factors for {} converted columns", compensation_.size(), converted()));
}

std::vector<ArrayValues::Part> ArrayValues::parts_of(std::size_t converted) const
{
    const std::size_t each = merged_.front().size();
    if (is_unit(converted))
        return {{converted * each * (pairs_ ? 2 : 1), 1.0}};
    std::vector<Part> parts;
    for (std::size_t m = 0; m < each; ++m) {
        const double factor = merged_[converted % planes_.size()][m];
        const std::size_t column = converted * each + m;
        if (pairs_) {
            parts.push_back({2 * column, factor});
            parts.push_back({2 * column + 1, -factor});
        } else {
            parts.push_back({column, factor});
        }
    }
    return parts;
}

double ArrayValues::factors_of(std::size_t converted) const
{
    double sum = 0.0;
    for (const Part& part : parts_of(converted))
        sum += part.factor;
    return sum;
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
    const int merged = config.merged_columns;
    for (int first = 0; first < slices; first += merged) {
        const int used = std::min(merged, slices - first);
        const bool top = e == Encoding::twos_complement && first + used == slices;
        const double factor = std::ldexp(top && merged == 1 ? -1.0 : 1.0, first * bits);
        std::vector<double> columns;
        for (int m = 0; m < merged; ++m)
            columns.push_back(std::ldexp(top && merged > 1 && m + 1 == used ? -1.0 : 1.0, m * bits));
        for (const double sign : halves ? std::vector<double>{1.0, -1.0} : std::vector<double>{1.0}) {
            planes_.push_back(sign * factor);
            merged_.push_back(columns);
            used_.push_back(static_cast<std::size_t>(used));
        }
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
    const std::size_t rows = contents.weights.rows(), per_slice = pairs_ || halves ? 2 : 1,
                      per_weight = planes_.size() * static_cast<std::size_t>(merged) * (pairs_ ? 2 : 1);
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
                std::uint8_t* cell = &levels(i, n * per_weight + static_cast<std::size_t>(s) * per_slice);
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
    const std::vector<Part> parts = parts_of(column);
    for (std::size_t g = 0; g < inverted_.rows(); ++g) {
        const std::size_t first = g * per_group, last = std::min(levels.rows(), first + per_group);
        double sum = 0.0;
        for (const Part& part : parts)
            for (std::size_t i = first; i < last; ++i)
                sum += part.factor * levels(i, part.cells);
        if (2.0 * sum <= static_cast<double>(last - first) * top * factors_of(column))
            continue;
        inverted_(g, column) = 1;
        for (const Part& part : parts)
            for (std::size_t i = first; i < last; ++i)
                levels(i, part.cells) = static_cast<std::uint8_t>(top - levels(i, part.cells));
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
        double most_columns = 1.0; // of one sign, merged
        for (const std::vector<double>& columns : merged_)
            for (const double sign : {1.0, -1.0}) {
                double sum = 0.0;
                for (const double factor : columns)
                    sum += std::max(0.0, sign * factor);
                most_columns = std::max(most_columns, sum);
            }
        grid = devices::ConductanceGrid::for_sums(contents.on_s, active_,
                                                  ((1u << std::min(config.input.slice_bits, 4)) - 1) *
                                                      static_cast<unsigned>(most_columns));
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
        for (const Part& part : parts_of(q))
            for (std::size_t i = 0; i < cells_.rows(); ++i)
                cells_(i, q) += static_cast<float>(part.factor) * steps(i, part.cells);
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
            double sum = 0.0;
            for (const Part& part : parts_of(q))
                sum += part.factor * amperes(0, part.cells);
            sums[q] = sum * per_unit_;
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

} // namespace imc::circuit
