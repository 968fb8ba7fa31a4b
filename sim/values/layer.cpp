#include "sim/values/layer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::values
{

namespace
{

constexpr std::int64_t block = 1024; ///< output positions at a time

std::int64_t zero_point(const execute::Arguments& a, TensorId id)
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

} // namespace

double LayerError::snr_db() const
{
    return error > 0.0 ? 10.0 * std::log10(signal / error) : std::numeric_limits<double>::infinity();
}

LayerArrays::LayerArrays(const execute::Arguments& a, const imc::Contraction& c, const ArraySpec& spec,
                         const Physics* physics, std::uint64_t first_index)
    : contraction_(c), spec_(spec)
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
    spec_.input_bits = static_cast<int>(8 * byte_size(x.type()));
    if (spec_.input_signed && spec_.signed_input != SignedInput::twos_complement)
        ++spec_.input_bits;
    spec_.weight_bits = static_cast<int>(8 * byte_size(w.type()));
    // Unsigned weights are stored with half their range subtracted.
    const std::int64_t shift = has_sign(w.type()) ? 0 : std::int64_t{1} << (spec_.weight_bits - 1);
    for (std::int64_t& zero : weight_zero_)
        zero -= shift;
    if (spec_.adc.bits == 0)
        spec_.adc.bits =
            std::max(2, spec_.required_bits(spec_.active(static_cast<int>(std::min<std::int64_t>(spec_.rows, c.k)))));
    const execute::Layout layout(a, c);
    const std::vector<std::int64_t> stored = w.to_integers();
    weight_sums_.assign(static_cast<std::size_t>(c.groups * c.n), 0);
    std::uint64_t index = first_index;
    for (std::int64_t g = 0; g < c.groups; ++g) {
        Matrix<std::int32_t> weights(static_cast<std::size_t>(c.k), static_cast<std::size_t>(c.n));
        for (std::int64_t k = 0; k < c.k; ++k)
            for (std::int64_t n = 0; n < c.n; ++n) {
                const std::int64_t at =
                    layout.stationary_at(0, g) + k * layout.stationary_k() + n * layout.stationary_n();
                const std::int64_t value = stored[static_cast<std::size_t>(at)] - shift;
                weights(static_cast<std::size_t>(k), static_cast<std::size_t>(n)) = static_cast<std::int32_t>(value);
                weight_sums_[static_cast<std::size_t>(g * c.n + n)] += value;
            }
        matrices_.emplace_back(spec_, weights, physics, index);
        index += matrices_.back().arrays().size();
    }
}

std::size_t LayerArrays::arrays() const
{
    std::size_t count = 0;
    for (const Contraction& matrix : matrices_)
        count += matrix.size();
    return count;
}

void LayerArrays::begin_hold(std::uint64_t hold)
{
    for (Contraction& matrix : matrices_)
        matrix.begin_hold(hold);
}

Matrix<std::int32_t> LayerArrays::inputs_of(const execute::Layout& layout, const std::vector<float>& moving,
                                            std::int64_t batch, std::int64_t group, std::int64_t first,
                                            std::int64_t last) const
{
    std::vector<float> rows;
    execute::fetch(layout, moving.data(), batch, group, first, last, rows);
    const auto count = static_cast<std::size_t>(last - first), k = static_cast<std::size_t>(contraction_.k);
    Matrix<std::int32_t> inputs(count, k);
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t m = 0; m < count; ++m)
            inputs(m, i) = static_cast<std::int32_t>(rows[i * count + m]) + static_cast<std::int32_t>(moving_zero_);
    return inputs;
}

void LayerArrays::calibrate(const execute::Arguments& a)
{
    const execute::Layout layout(a, contraction_);
    const std::vector<float> moving = centred(a.operand(contraction_.moving), moving_zero_);
    const std::int64_t per_image = std::min(contraction_.m, block);
    for (std::int64_t g = 0; g < contraction_.groups; ++g) {
        Matrix<std::int32_t> all(static_cast<std::size_t>(contraction_.batch * per_image),
                                 static_cast<std::size_t>(contraction_.k));
        for (std::int64_t b = 0; b < contraction_.batch; ++b) {
            const Matrix<std::int32_t> part = inputs_of(layout, moving, b, g, 0, per_image);
            std::ranges::copy(part.flat(), all.row(static_cast<std::size_t>(b * per_image)).data());
        }
        matrices_[static_cast<std::size_t>(g)].calibrate(all);
    }
}

std::vector<std::int64_t> LayerArrays::sums(const execute::Arguments& a, std::uint64_t first_image) const
{
    const imc::Contraction& c = contraction_;
    const execute::Layout layout(a, c);
    const std::vector<float> moving = centred(a.operand(c.moving), moving_zero_);
    const std::int64_t channels = c.groups * c.n;
    const bool any_weight_zero = std::ranges::any_of(weight_zero_, [](std::int64_t z) { return z != 0; });
    std::vector<std::int64_t> out(static_cast<std::size_t>(c.batch * c.m * channels));
    for (std::int64_t b = 0; b < c.batch; ++b)
        for (std::int64_t g = 0; g < c.groups; ++g)
            for (std::int64_t first = 0; first < c.m; first += block) {
                const std::int64_t last = std::min(c.m, first + block);
                const Matrix<std::int32_t> inputs = inputs_of(layout, moving, b, g, first, last);
                const std::uint64_t vector =
                    (first_image + static_cast<std::uint64_t>(b)) * static_cast<std::uint64_t>(c.m);
                const Matrix<double> y =
                    matrices_[static_cast<std::size_t>(g)].run(inputs, vector + static_cast<std::uint64_t>(first));
                for (std::int64_t m = first; m < last; ++m) {
                    const auto row = static_cast<std::size_t>(m - first);
                    std::int64_t count = 0;
                    for (const std::int32_t x : any_weight_zero ? inputs.row(row) : std::span<const std::int32_t>())
                        count += x;
                    for (std::int64_t n = 0; n < c.n; ++n) {
                        const std::int64_t channel = g * c.n + n;
                        const std::int64_t zw =
                            weight_zero_[weight_zero_.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
                        const std::int64_t sum =
                            std::llrint(y(row, static_cast<std::size_t>(n))) - zw * count -
                            moving_zero_ * (weight_sums_[static_cast<std::size_t>(channel)] - c.k * zw);
                        const std::int64_t at = c.result_transposed ? channel * c.m + m : m * channels + channel;
                        out[static_cast<std::size_t>(b * c.m * channels + at)] = sum;
                    }
                }
            }
    return out;
}

void LayerArrays::compare(const execute::Arguments& a, const std::vector<std::int64_t>& sums, LayerError& error) const
{
    const std::vector<std::int64_t> exact = execute::integer_sums(a, contraction_);
    if (exact.size() != sums.size())
        throw std::invalid_argument(fmt::format("{} sums to compare with {}", sums.size(), exact.size()));
    error.outputs += static_cast<std::int64_t>(exact.size());
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const auto want = static_cast<double>(exact[i]), difference = static_cast<double>(sums[i] - exact[i]);
        error.signal += want * want;
        error.error += difference * difference;
    }
}

} // namespace imc::values
