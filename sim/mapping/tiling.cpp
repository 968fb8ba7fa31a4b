#include "sim/mapping/tiling.h"

#include <algorithm>
#include <bit>

#include "sim/base/errors.h"

namespace imc::mapping
{

namespace
{

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Cuts [0, total) into ceil(total / most) ranges whose sizes differ by one at most.
std::vector<std::pair<std::int64_t, std::int64_t>> balanced(std::int64_t total, std::int64_t most)
{
    const std::int64_t parts = ceil_div(total, most);
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    for (std::int64_t i = 0; i < parts; ++i)
        ranges.emplace_back(total * i / parts, total * (i + 1) / parts);
    return ranges;
}

/// Input channels, relative to the group's first, that rows [begin, end) read.
std::pair<std::int64_t, std::int64_t> channels_read(std::int64_t begin, std::int64_t end, std::int64_t channels,
                                                    std::int64_t points, RowOrder order)
{
    if (order == RowOrder::channel)
        return {begin / points, (end - 1) / points + 1};
    if (begin / channels == (end - 1) / channels)
        return {begin % channels, (end - 1) % channels + 1};
    return {0, channels};
}

} // namespace

int sum_bits(std::int64_t k, const PrecisionOptions& precision)
{
    // |sum| <= k · 2^activation_bits · 2^(weight_bits-1), plus the sign.
    const int growth = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(k - 1)));
    return precision.activation_bits + precision.weight_bits + growth - (precision.signed_activations ? 1 : 0);
}

Tiling tile_contraction(const Contraction& c, const MacroConfig& macro, const PrecisionOptions& precision,
                        const Options& options)
{
    const std::int64_t weights_per_array_row = weights_per_row(macro, precision.weight_bits);
    if (weights_per_array_row < 1)
        throw RunError("a weight of " + std::to_string(precision.weight_bits) +
                       " bits needs more columns than an array of " + std::to_string(macro.columns) + " has");
    const int columns_each = columns_per_weight(macro, precision.weight_bits);
    const Window* window = c.window();

    Tiling t;
    t.kernel_points = window ? window->kernel_points() : 1;
    const std::int64_t channels = c.k / t.kernel_points; // per group
    t.columns_new = t.kernel_points;
    if (window) {
        const WindowAxis axis = window->columns();
        t.columns_new = t.kernel_points / axis.kernel * std::min(axis.kernel, axis.stride);
    }

    const std::int64_t packed = std::min<std::int64_t>(macro.rows / c.k, weights_per_array_row / c.n);
    if (c.groups > 1 && packed >= 1) {
        for (const auto& [first, last] : balanced(c.groups, packed)) {
            ColumnBlock block{first * c.n, last * c.n, static_cast<int>((last - first) * c.n) * columns_each, {}};
            block.rows.push_back({0, c.k, first * channels, last * channels, static_cast<int>((last - first) * c.k)});
            t.blocks.push_back(std::move(block));
        }
    } else {
        for (std::int64_t group = 0; group < c.groups; ++group)
            for (const auto& [n_begin, n_end] : balanced(c.n, weights_per_array_row)) {
                ColumnBlock block{
                    group * c.n + n_begin, group * c.n + n_end, static_cast<int>(n_end - n_begin) * columns_each, {}};
                for (const auto& [k_begin, k_end] : balanced(c.k, macro.rows)) {
                    const auto [in_begin, in_end] =
                        channels_read(k_begin, k_end, channels, t.kernel_points, options.row_order);
                    block.rows.push_back({k_begin, k_end, group * channels + in_begin, group * channels + in_end,
                                          static_cast<int>(k_end - k_begin)});
                }
                t.blocks.push_back(std::move(block));
            }
    }

    int rows = 0;
    for (const ColumnBlock& block : t.blocks)
        for (const RowBlock& row : block.rows) {
            t.arrays += 1;
            t.cells += (row.k_end - row.k_begin) * block.columns; // a packed group fills its own columns only
            rows = std::max(rows, row.rows);
        }
    // Rows of other groups hold no weights of a packed column: their cells stay in the lowest state.
    t.required_bits = required_bits(macro, rows, precision.signed_activations, precision.weight_bits);
    t.partial_sum_bits = sum_bits(c.k, precision);
    return t;
}

} // namespace imc::mapping
