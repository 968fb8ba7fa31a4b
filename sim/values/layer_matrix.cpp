#include "sim/values/layer_matrix.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::values
{

namespace
{

std::int64_t zero_point(const kernel::Arguments& a, TensorId id)
{
    return a.has(id) ? a.operand(id).data->integer(0) : 0;
}

/// Integers minus their zero point, exact in single precision for at most 16 bits.
std::vector<float> centred(const Value& v, std::int64_t zero)
{
    const std::vector<std::int64_t> integers = v.to_integers();
    std::vector<float> out(integers.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(integers[i] - zero);
    return out;
}

bool has_sign(ElementType type) { return integer_range(type).first < 0; }

void need_integers(const Value& v, const char* what)
{
    if (!v.data || !is_integer(v.type()) || byte_size(v.type()) > 2)
        throw std::invalid_argument(
            fmt::format("the {} operand must be integers of at most 16 bits to run on arrays", what));
}

bool pairs(Encoding e) { return e == Encoding::differential_analog || e == Encoding::differential_digital; }

int width(ElementType type, int bits) { return bits > 0 ? bits : static_cast<int>(8 * byte_size(type)); }

} // namespace

std::int64_t LayerPlan::copies() const
{
    return copy_of.empty() ? 1 : 1 + static_cast<std::int64_t>(*std::ranges::max_element(copy_of));
}

LayerMatrix::LayerMatrix(const kernel::Arguments& a, const imc::Contraction& c, const ArraySpec& spec, LayerPlan plan)
    : contraction_(c), spec_(spec), plan_(std::move(plan))
{
    if (!c.quantised || c.residency != Residency::constant || c.stationary_batched)
        throw std::invalid_argument("only quantised contractions with constant weights run on arrays");
    const Value &x = a.operand(c.moving), &w = a.operand(c.stationary);
    need_integers(x, "moving");
    need_integers(w, "stationary");
    moving_zero_ = zero_point(a, c.quantised->moving_zero_point);
    weight_zero_ = a.has(c.quantised->stationary_zero_point)
                       ? a.operand(c.quantised->stationary_zero_point).to_integers()
                       : std::vector<std::int64_t>{0};
    spec_.input_signed = has_sign(x.type());
    spec_.input_bits = width(x.type(), plan_.input_bits);
    if (spec_.input_signed && spec_.signed_input != SignedInput::twos_complement)
        ++spec_.input_bits;
    spec_.weight_bits = width(w.type(), plan_.weight_bits);
    // Unsigned weights are stored with half their range subtracted.
    const std::int64_t shift = has_sign(w.type()) ? 0 : std::int64_t{1} << (spec_.weight_bits - 1);
    for (std::int64_t& zero : weight_zero_)
        zero -= shift;
    if (plan_.cuts.empty())
        for (std::int64_t g = 0; g < c.groups; ++g)
            plan_.cuts.push_back({g, 1, {}});
    lay_out(a, shift);
    for (std::size_t channel = 0; channel < weight_sums_.size(); ++channel)
        from_zero_points_.push_back(moving_zero_ * (weight_sums_[channel] - c.k * weight_zero(channel)));
    int rows = 0;
    for (const Cut& cut : plan_.cuts)
        for (const Block& block : cut.blocks)
            rows = std::max(rows, static_cast<int>(block.rows));
    if (spec_.adc.bits == 0)
        spec_.adc.bits = std::max(2, spec_.required_bits(spec_.active(rows)));
}

void LayerMatrix::lay_out(const kernel::Arguments& a, std::int64_t shift)
{
    const imc::Contraction& c = contraction_;
    const kernel::Layout layout(a, c);
    const std::vector<std::int64_t> stored = a.operand(c.stationary).to_integers();
    weight_sums_.assign(static_cast<std::size_t>(c.groups * c.n), 0);
    std::int64_t least = 0;
    for (const Cut& cut : plan_.cuts) {
        Matrix<std::int32_t> weights(static_cast<std::size_t>(cut.groups * c.k),
                                     static_cast<std::size_t>(cut.groups * c.n));
        for (std::int64_t g = 0; g < cut.groups; ++g)
            for (std::int64_t row = 0; row < c.k; ++row) {
                const std::int64_t k = plan_.row_order.empty() ? row : plan_.row_order[static_cast<std::size_t>(row)];
                for (std::int64_t n = 0; n < c.n; ++n) {
                    const std::int64_t at = layout.stationary_at(0, cut.first_group + g) + k * layout.stationary_k() +
                                            n * layout.stationary_n();
                    const std::int64_t value = stored[static_cast<std::size_t>(at)] - shift;
                    least = std::min(least, value);
                    weights(static_cast<std::size_t>(g * c.k + row), static_cast<std::size_t>(g * c.n + n)) =
                        static_cast<std::int32_t>(value);
                    weight_sums_[static_cast<std::size_t>((cut.first_group + g) * c.n + n)] += value;
                }
            }
        matrices_.push_back(std::move(weights));
    }
    // Where one cell holds a whole weight (or its magnitude), the largest takes the top state.
    const int half = 1 << (spec_.weight_bits - 1);
    if (spec_.weight_slices() == 1) {
        spec_.cell_bits = std::min(spec_.cell_bits, spec_.weight_bits);
        if (pairs(spec_.encoding) && spec_.weight_bits > 1)
            spec_.top_level = least > -half ? half - 1 : half;
    }
    for (std::size_t i = 0; i < plan_.cuts.size(); ++i)
        if (plan_.cuts[i].blocks.empty())
            plan_.cuts[i].blocks = blocks_of(
                [&] {
                    ArraySpec spec(spec_);
                    spec.adc.bits = std::max(spec.adc.bits, 1);
                    return spec;
                }(),
                matrices_[i].rows(), matrices_[i].cols());
}

std::size_t LayerMatrix::arrays() const
{
    std::size_t count = 0;
    for (const Cut& cut : plan_.cuts)
        count += cut.blocks.size();
    return count;
}

Contraction LayerMatrix::program(std::size_t cut, const ArraySpec& spec, const Physics* physics,
                                 std::uint64_t first_index) const
{
    return {spec, matrices_[cut], plan_.cuts[cut].blocks, physics, first_index};
}

EncodedArray LayerMatrix::encoded(std::size_t cut, std::size_t block) const
{
    return encode(part_of(matrices_[cut], plan_.cuts[cut].blocks[block]), spec_);
}

LayerMatrix::Feed LayerMatrix::feed(const kernel::Arguments& a) const
{
    return {kernel::Layout(a, contraction_), centred(a.operand(contraction_.moving), moving_zero_)};
}

Matrix<std::int32_t> LayerMatrix::inputs(const Feed& feed, std::int64_t batch, std::size_t cut, std::int64_t first,
                                         std::int64_t last) const
{
    const Cut& c = plan_.cuts[cut];
    const auto count = static_cast<std::size_t>(last - first), k = static_cast<std::size_t>(contraction_.k);
    Matrix<std::int32_t> inputs(count, k * static_cast<std::size_t>(c.groups));
    std::vector<float> rows;
    for (std::int64_t g = 0; g < c.groups; ++g) {
        kernel::fetch(feed.layout, feed.moving.data(), batch, c.first_group + g, first, last, rows);
        for (std::size_t i = 0; i < k; ++i) {
            const std::size_t from = plan_.row_order.empty() ? i : static_cast<std::size_t>(plan_.row_order[i]);
            const std::size_t to = static_cast<std::size_t>(g) * k + i;
            for (std::size_t m = 0; m < count; ++m)
                inputs(m, to) =
                    static_cast<std::int32_t>(rows[from * count + m]) + static_cast<std::int32_t>(moving_zero_);
        }
    }
    return inputs;
}

Matrix<std::int32_t> LayerMatrix::sample(const Feed& feed, std::size_t cut, std::int64_t count) const
{
    const std::int64_t all = contraction_.batch * contraction_.m, taken = std::min(all, count);
    Matrix<std::int32_t> out(static_cast<std::size_t>(taken),
                             static_cast<std::size_t>(plan_.cuts[cut].groups * contraction_.k));
    for (std::int64_t i = 0; i < taken; ++i) {
        const std::int64_t at = all * i / taken, batch = at / contraction_.m, m = at % contraction_.m;
        std::ranges::copy(inputs(feed, batch, cut, m, m + 1).flat(), out.row(static_cast<std::size_t>(i)).data());
    }
    return out;
}

void LayerMatrix::correct(std::span<const double> sums, std::span<const std::int32_t> inputs, std::size_t cut,
                          std::span<std::int64_t> out) const
{
    const auto k = static_cast<std::size_t>(contraction_.k), n = static_cast<std::size_t>(contraction_.n);
    const std::size_t first = static_cast<std::size_t>(plan_.cuts[cut].first_group) * n;
    for (std::size_t column = 0; column < sums.size(); ++column)
        out[column] = std::llrint(sums[column]) - from_zero_points_[first + column];
    if (std::ranges::all_of(weight_zero_, [](std::int64_t zero) { return zero == 0; }))
        return;
    for (std::size_t group = 0; group * n < sums.size(); ++group) {
        const auto fed = inputs.subspan(group * k, k);
        const std::int64_t count = std::accumulate(fed.begin(), fed.end(), std::int64_t{0});
        for (std::size_t column = group * n; column < (group + 1) * n; ++column)
            out[column] -= weight_zero(first + column) * count;
    }
}

} // namespace imc::values
