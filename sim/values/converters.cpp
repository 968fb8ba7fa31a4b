#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>

#include "sim/base/random.h"
#include "sim/values/mapped_array_state.h"

namespace imc::values
{

namespace
{
// Codes from here on take the kernels' slower rounding.
constexpr float narrow = 0x1p22f;
// Beyond any code, where nothing is clipped, and beyond any sum, where nothing is rounded.
constexpr float unlimited = 0x1p24f;
constexpr float unbounded = 0x1p40f;

/// The `count` largest of all values seen, without keeping the others: a percentile of long streams.
class Largest
{
public:
    explicit Largest(std::size_t count) : count_(count), room_(2 * std::max<std::size_t>(count, 512)) {}

    void see(float value)
    {
        if (value < floor_)
            return;
        kept_.push_back(value);
        if (kept_.size() == room_)
            drop();
    }
    /// The least of them. At least `count` values must have been seen.
    float least()
    {
        drop();
        return floor_;
    }

private:
    void drop()
    {
        const auto last = kept_.begin() + static_cast<std::ptrdiff_t>(count_ - 1);
        std::ranges::nth_element(kept_, last, std::greater());
        kept_.resize(count_);
        floor_ = *last;
    }

    std::size_t count_, room_;
    float floor_ = -std::numeric_limits<float>::infinity();
    std::vector<float> kept_;
};
} // namespace

ColumnTransfer Converters::at(std::size_t group, std::size_t strip) const
{
    const std::size_t j = strip * Tile::columns;
    return {scale.data() + j,
            shift.data() + j,
            low.data() + j,
            high.data() + j,
            sign[group].data() + j,
            bow,
            range,
            rounds,
            wide,
            dnl,
            steps.data() + (steps.empty() ? 0 : j)};
}

std::pair<double, double> MappedArray::State::sum_range(std::size_t column) const
{
    const auto rows = static_cast<int>(active());
    const double off = off_units * static_cast<double>(rows) * ((1 << config.slice_bits) - 1);
    // Both halves of a digital pair are alike, and a unit column is taken for one of the first.
    const std::size_t plane = encoded.is_unit(column) ? 0 : column / encoded.weights;
    const auto per_group = encoded.planes.size() / static_cast<std::size_t>(config.slice_groups());
    const ArraySpec::SumRange range = config.sum_range(rows, static_cast<int>(plane / per_group));
    double up = 0.0, down = 0.0;
    for (const double factor : encoded.planes[plane].columns)
        (factor > 0.0 ? up : down) += factor;
    return {static_cast<double>(range.low) + off * down, static_cast<double>(range.high) + off * up};
}

double MappedArray::State::full_scale() const
{
    double largest = 0.0;
    for (std::size_t plane = 0; plane < encoded.planes.size(); ++plane) {
        const auto [low, high] = sum_range(plane * encoded.weights);
        largest = std::max({largest, high, -low});
    }
    return largest;
}

double MappedArray::State::codes_above(std::size_t column) const
{
    return std::ldexp(1.0, config.adc.bits - (sum_range(column).first < 0.0 ? 1 : 0)) - 1.0;
}

void MappedArray::State::full_scale_step()
{
    double step = 1.0;
    if (config.adc.range != AdcRange::ideal) {
        for (std::size_t plane = 0; plane < encoded.planes.size(); ++plane) {
            const std::size_t column = plane * encoded.weights;
            const auto [low, high] = sum_range(column);
            const double codes = codes_above(column);
            step = std::max({step, high / codes, -low / (codes + 1.0)});
        }
        if (!std::isfinite(step))
            throw std::invalid_argument("adc.bits: signed column sums need at least 2, got 1");
    }
    set_step(std::vector<float>(padded(), static_cast<float>(step)));
}

void MappedArray::State::set_step(std::vector<float> step)
{
    const ConverterSpec& adc = config.adc;
    const std::size_t width = padded();
    Converters& c = converters;
    c.step = std::move(step);
    c.rounds = adc.range != AdcRange::ideal && adc.rounds;
    const bool clips = adc.range != AdcRange::ideal && adc.clips;
    const double codes = codes_above(0);
    // Real cells may conduct twice the top level.
    const double reach = full_scale() * (physics ? 2.0 : 1.0);
    largest_code = clips ? std::ldexp(1.0, adc.bits) : reach / static_cast<double>(*std::ranges::min_element(c.step));
    c.wide = c.rounds && largest_code >= static_cast<double>(narrow);
    const float beyond = !c.rounds ? unbounded : c.wide ? unlimited : narrow;
    c.high.assign(width, beyond);
    c.low.assign(width, -beyond);
    c.scale.assign(width, 0.0f);
    c.shift.assign(width, 0.0f);
    for (std::size_t q = 0; q < encoded.converted(); ++q) {
        if (clips) {
            const bool is_signed = sum_range(q).first < 0.0;
            c.high[q] = static_cast<float>(codes_above(q));
            c.low[q] = is_signed ? -c.high[q] - 1.0f : 0.0f;
        }
        double gain = 1.0 + adc.gain_error, shift = adc.offset_lsb;
        if (!column_errors.empty()) {
            const std::size_t a = encoded.cells_of(q).front().column;
            gain *= column_errors[a].gain;
            shift += column_errors[a].offset * full_scale() / static_cast<double>(c.step[q]);
        }
        c.scale[q] = static_cast<float>(step_units / static_cast<double>(c.step[q]) * gain);
        c.shift[q] = static_cast<float>(shift);
    }
    c.bow = static_cast<float>(adc.inl_lsb);
    c.range = static_cast<float>(codes);
    c.dnl = static_cast<float>(adc.dnl_lsb);
    c.steps.clear();
    if (adc.dnl_lsb > 0.0) {
        RandomStream random(physics ? physics->seed : 1, "steps of converters", index);
        for (std::size_t q = 0; q < width; ++q)
            c.steps.push_back(static_cast<std::uint32_t>(random()));
    }
    // Quantisation noise of 1/12 step² is raised to that of `enob` bits over the same range.
    const bool converts = adc.range != AdcRange::ideal;
    const double noise = adc.enob > 0.0 && converts ? (std::pow(4.0, adc.bits - adc.enob) - 1.0) / 12.0 : 0.0;
    c.noise_steps = std::sqrt(noise);

    c.sign.assign(encoded.groups.size(), std::vector<float>(width, 1.0f));
    correction = {};
    const double top = static_cast<double>((1 << config.cell_bits) - 1);
    Matrix<double> correct(encoded.groups.size(), encoded.converted());
    bool any = off_units != 0.0;
    for (std::size_t g = 0; g < encoded.groups.size(); ++g)
        for (std::size_t q = 0; q < encoded.converted(); ++q) {
            const bool inverted = encoded.inverted(g, q) != 0;
            if (inverted)
                c.sign[g][q] = -1.0f;
            correct(g, q) = (inverted ? top + off_units : -off_units) * encoded.factor_sum(q);
            any = any || inverted;
        }
    if (any)
        correction = std::move(correct);
    choose_flush();
    prepare_noise();
}

void MappedArray::State::choose_flush()
{
    // Codes of all slices may be added in single precision if the sum stays an integer below 2^24.
    double weights = 0.0;
    for (const InputSlice& slice : slices)
        weights += std::abs(slice.weight);
    const ConverterSpec& adc = config.adc;
    const bool distorts = adc.offset_lsb != 0.0 || adc.gain_error != 0.0 || adc.inl_lsb != 0.0;
    const bool integers = converters.rounds || (!physics && adc.range == AdcRange::ideal && !distorts);
    flush = integers && largest_code * weights < 0x1p24 ? slices.size() : 1;
}

void MappedArray::State::for_each_sum(const Matrix<std::int32_t>& inputs,
                                      const std::function<void(std::size_t, std::span<const float>)>& see) const
{
    const std::size_t converted = encoded.converted();
    std::vector<float> panels;
    float sums[Tile::vectors * Tile::columns];
    for (std::size_t first = 0; first < inputs.rows(); first += Tile::vectors)
        for (std::size_t g = 0; g < encoded.groups.size(); ++g) {
            pack_inputs(inputs, first, encoded.groups[g], offset, slices, parts, panels);
            Tile tile;
            tile.depth = encoded.groups[g].count;
            tile.inputs = panels.data();
            tile.parts = parts;
            tile.part_scale = 1 << digit_part_bits;
            for (std::size_t strip = 0; strip * Tile::columns < converted; ++strip) {
                tile.cells = packed[g].data() + strip * tile.depth * Tile::columns;
                const std::size_t column = strip * Tile::columns, present = std::min(Tile::columns, converted - column);
                for (std::size_t k = 0; k < slices.size(); ++k) {
                    value_kernels().sums(tile, k, sums);
                    for (std::size_t v = 0; v < Tile::vectors && first + v < inputs.rows(); ++v)
                        see(column, std::span(sums).subspan(v * Tile::columns, present));
                }
            }
        }
}

double MappedArray::clipped_share(const Matrix<std::int32_t>& inputs) const
{
    const Converters& c = state_->converters;
    std::int64_t clipped = 0, all = 0;
    state_->for_each_sum(inputs, [&](std::size_t q, std::span<const float> sums) {
        for (const float sum : sums) {
            const float y = sum * c.scale[q] + c.shift[q];
            // What rounds to a limit is not yet clipped.
            clipped += y > c.high[q] + 0.5f || y < c.low[q] - 0.5f ? 1 : 0;
            ++all;
            ++q;
        }
    });
    return all > 0 ? static_cast<double>(clipped) / static_cast<double>(all) : 0.0;
}

void MappedArray::calibrate(const Matrix<std::int32_t>& inputs)
{
    State& s = *state_;
    const ConverterSpec& adc = s.config.adc;
    if (adc.range != AdcRange::percentile)
        throw std::invalid_argument("calibrate: the converters' range is not 'percentile'");
    if (inputs.empty() || inputs.cols() != rows())
        throw std::invalid_argument("calibrate: needs at least one vector of as many inputs as rows");
    const std::size_t converted = s.encoded.converted();
    const std::size_t ranges = adc.per_column ? converted : 1;
    const std::size_t sums_of_range = inputs.rows() * s.encoded.groups.size() * s.slices.size() * converted / ranges;
    const double rank = std::max(std::ceil(adc.percentile / 100.0 * static_cast<double>(sums_of_range)) - 1.0, 0.0);
    std::vector<Largest> seen(ranges, Largest(sums_of_range - static_cast<std::size_t>(rank)));
    s.for_each_sum(inputs, [&](std::size_t q, std::span<const float> sums) {
        for (const float sum : sums)
            seen[adc.per_column ? q++ : 0].see(std::abs(sum));
    });
    std::vector<double> reach;
    for (Largest& sums : seen)
        reach.push_back(static_cast<double>(sums.least()));
    std::vector<float> step(s.padded(), 1.0f);
    for (std::size_t q = 0; q < converted; ++q) {
        // Converters whose codes are shift-added have steps a power of two apart.
        const double wanted = std::max(reach[adc.per_column ? q : 0] * s.step_units / s.codes_above(q), 0x1p-10);
        step[q] = static_cast<float>(std::exp2(std::ceil(std::log2(wanted))));
    }
    s.set_step(std::move(step));
}

} // namespace imc::values
