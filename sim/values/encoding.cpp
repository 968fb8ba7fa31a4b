#include "sim/values/encoding.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::values
{

namespace
{

void check_weights(const Matrix<std::int32_t>& weights, const ArraySpec& config)
{
    const auto limit = static_cast<std::size_t>(config.weights_per_row());
    if (weights.empty() || weights.rows() > static_cast<std::size_t>(config.rows) || weights.cols() > limit)
        throw std::invalid_argument(fmt::format("weights of {}×{} do not fit an array of {} rows with {} weights each",
                                                weights.rows(), weights.cols(), config.rows, limit));
    const std::int32_t half = std::int32_t{1} << (config.weight_bits - 1);
    for (const std::int32_t w : weights.flat())
        if (w < -half || w >= half)
            throw std::invalid_argument(fmt::format("weight {} is out of range for {} bits", w, config.weight_bits));
}

std::uint8_t slice_of(std::uint32_t value, int slice, int bits)
{
    return static_cast<std::uint8_t>(value >> (slice * bits) & ((1u << bits) - 1));
}

void invert_heavy_columns(EncodedArray& array, int top)
{
    // No column may sum to more than half of the full scale (ISAAC, ISCA 2016, section V).
    for (std::size_t g = 0; g < array.groups.size(); ++g) {
        const RowGroup& group = array.groups[g];
        for (std::size_t q = 0; q < array.planes.size() * array.weights; ++q) {
            const std::vector<ColumnPart> parts = array.cells_of(q);
            double sum = 0.0;
            for (const ColumnPart& part : parts)
                for (std::size_t i = group.first; i < group.first + group.count; ++i)
                    sum += part.factor * array.levels(i, part.column);
            if (2.0 * sum <= static_cast<double>(group.count) * top * array.factor_sum(q))
                continue;
            array.inverted(g, q) = 1;
            for (const ColumnPart& part : parts)
                for (std::size_t i = group.first; i < group.first + group.count; ++i)
                    array.levels(i, part.column) = static_cast<std::uint8_t>(top - array.levels(i, part.column));
        }
    }
}

} // namespace

std::vector<ColumnPart> EncodedArray::cells_of(std::size_t converted_column) const
{
    if (is_unit(converted_column))
        return {{levels.cols() - 1, 1.0}};
    const std::size_t plane = converted_column / weights, weight = converted_column % weights;
    const std::vector<double>& factors = planes[plane].columns;
    const std::size_t first = (weight * planes.size() + plane) * factors.size();
    std::vector<ColumnPart> parts;
    for (std::size_t j = 0; j < factors.size(); ++j) {
        if (!subtracts) {
            parts.push_back({first + j, factors[j]});
            continue;
        }
        parts.push_back({2 * (first + j), factors[j]});
        parts.push_back({2 * (first + j) + 1, -factors[j]});
    }
    return parts;
}

double EncodedArray::factor_sum(std::size_t converted_column) const
{
    double sum = 0.0;
    for (const ColumnPart& part : cells_of(converted_column))
        sum += part.factor;
    return sum;
}

double EncodedArray::reach() const
{
    double most = 1.0;
    for (const Plane& plane : planes) {
        double up = 0.0, down = 0.0;
        for (const double factor : plane.columns)
            (factor > 0.0 ? up : down) += std::abs(factor);
        most = std::max({most, up, down});
    }
    return most;
}

EncodedArray encode(const Matrix<std::int32_t>& weights, const ArraySpec& config)
{
    check_weights(weights, config);
    EncodedArray a;
    a.weights = weights.cols();
    const std::size_t rows = weights.rows();
    const int slices = config.weight_slices(), bits = config.cell_bits;
    const Encoding encoding = config.encoding;
    const bool pairs = encoding == Encoding::differential_analog || encoding == Encoding::differential_digital;
    a.subtracts = encoding == Encoding::differential_analog || encoding == Encoding::xnor;
    for (int group = 0; group < config.slice_groups(); ++group) {
        double factor = static_cast<double>(std::int64_t{1} << (group * config.merged_columns * bits));
        if (encoding == Encoding::twos_complement && config.merged_columns == 1 && group + 1 == slices)
            factor = -factor;
        a.planes.push_back({factor, config.column_factors(group)});
        if (encoding == Encoding::differential_digital)
            a.planes.push_back({-factor, config.column_factors(group)});
    }
    if (uses_offset(encoding)) {
        a.bias = static_cast<double>(std::int64_t{1} << (config.weight_bits - 1));
        a.has_unit = encoding == Encoding::offset_column || config.offset == OffsetSource::unit_column;
        // The reference column of offset_column holds what the bias puts into the top slice.
        a.unit_level =
            encoding == Encoding::offset_column ? static_cast<double>(1 << ((config.weight_bits - 1) % bits)) : 1.0;
    }
    if (encoding == Encoding::xnor) {
        // Σ ±2^i = 2w + 1.
        a.scale = 0.5;
        a.bias = 1.0;
    }
    const std::size_t step = static_cast<std::size_t>(config.active(static_cast<int>(rows)));
    for (std::size_t first = 0; first < rows; first += step)
        a.groups.push_back({first, std::min(step, rows - first)});

    const std::size_t per_weight =
        (pairs || a.subtracts ? 2 : 1) * static_cast<std::size_t>(config.slice_groups() * config.merged_columns);
    a.levels = Matrix<std::uint8_t>(rows, per_weight * a.weights + (a.has_unit ? 1 : 0));
    a.inverted = Matrix<std::uint8_t>(a.groups.size(), a.converted(), 0);
    a.weight_sums.assign(a.weights, 0.0);
    const auto half = std::uint32_t{1} << (config.weight_bits - 1);
    const std::uint32_t mask = 2 * half - 1;
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t n = 0; n < a.weights; ++n) {
            const std::int32_t w = weights(i, n);
            a.weight_sums[n] += w;
            std::uint8_t* cells = &a.levels(i, n * per_weight);
            for (int s = 0; s < slices; ++s) {
                if (pairs) {
                    const auto magnitude = static_cast<std::uint32_t>(std::abs(w));
                    cells[2 * s] = w > 0 ? slice_of(magnitude, s, bits) : std::uint8_t{0};
                    cells[2 * s + 1] = w < 0 ? slice_of(magnitude, s, bits) : std::uint8_t{0};
                } else if (encoding == Encoding::xnor) {
                    cells[2 * s] = slice_of(static_cast<std::uint32_t>(w) + half, s, 1);
                    cells[2 * s + 1] = static_cast<std::uint8_t>(1 - cells[2 * s]);
                } else if (encoding == Encoding::twos_complement) {
                    cells[s] = slice_of(static_cast<std::uint32_t>(w) & mask, s, 1);
                } else {
                    cells[s] = slice_of(static_cast<std::uint32_t>(w) + half, s, bits);
                }
            }
        }
        if (a.has_unit)
            a.levels(i, a.levels.cols() - 1) = static_cast<std::uint8_t>(a.unit_level);
    }
    if (encoding == Encoding::biased_flip)
        invert_heavy_columns(a, (1 << bits) - 1);
    return a;
}

} // namespace imc::values
