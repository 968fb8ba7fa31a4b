#include "sim/values/mapped_array.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/values/array_view.h"
#include "sim/values/mapped_array_state.h"

namespace imc::values
{

MappedArray::MappedArray(const ArraySpec& config, const Matrix<std::int32_t>& weights, const Physics* physics,
                         std::uint64_t index)
    : state_(std::make_unique<State>())
{
    config.check();
    State& s = *state_;
    s.config = config;
    s.encoded = encode(weights, config);
    s.slices = input_slices(config);
    for (const InputSlice& slice : s.slices)
        s.slice_weights.push_back(static_cast<float>(slice.weight));
    s.offset = input_offset(config);
    s.parts = digit_parts(config.slice_bits);
    s.index = index;
    if (physics)
        s.physics = *physics;
    s.build_cells();
    s.full_scale_step();
}

MappedArray::~MappedArray() = default;
MappedArray::MappedArray(MappedArray&&) noexcept = default;
MappedArray& MappedArray::operator=(MappedArray&&) noexcept = default;

std::size_t MappedArray::rows() const { return state_->encoded.levels.rows(); }
std::size_t MappedArray::weights() const { return state_->encoded.weights; }
const EncodedArray& MappedArray::encoded() const { return state_->encoded; }
bool MappedArray::counts_bits() const { return state_->counting && !state_->noisy(); }

void MappedArray::use_counting(bool on)
{
    if (on && state_->packed_bits.empty())
        throw std::invalid_argument("counting bits needs ideal cells and inputs of one bit");
    state_->counting = on;
}

std::int64_t MappedArray::conversions_per_vector() const
{
    return static_cast<std::int64_t>(state_->encoded.converted() * state_->encoded.groups.size() *
                                     state_->slices.size());
}

void MappedArray::begin_hold(std::uint64_t hold)
{
    if (!state_->slow_variance.empty())
        state_->hold_slow_noise(hold);
}

void MappedArray::run(const Matrix<std::int32_t>& inputs, Matrix<double>& total, std::size_t first_column,
                      std::uint64_t first_vector) const
{
    const State& s = *state_;
    if (inputs.cols() != rows() || total.rows() != inputs.rows() || total.cols() < first_column + weights())
        throw std::invalid_argument(
            fmt::format("inputs of {}×{} and results of {}×{} do not fit {} rows and {} weights", inputs.rows(),
                        inputs.cols(), total.rows(), total.cols(), rows(), weights()));
    const auto [low, high] = input_limits(s.config);
    for (const std::int32_t x : inputs.flat())
        if (x < low || x > high)
            throw std::invalid_argument(fmt::format("input {} is outside [{}, {}]", x, low, high));
    State::Panel panel;
    for (std::size_t first = 0; first < inputs.rows(); first += Tile::vectors) {
        s.run_panel(inputs, first, first_vector, panel);
        const std::size_t present = std::min(Tile::vectors, inputs.rows() - first);
        for (std::size_t v = 0; v < present; ++v)
            s.combine(panel, v, total.row(first + v).subspan(first_column, weights()));
    }
}

void MappedArray::State::run_panel(const Matrix<std::int32_t>& inputs, std::size_t first, std::uint64_t first_vector,
                                   Panel& panel) const
{
    const std::size_t groups = encoded.groups.size(), width = padded(), unit = encoded.converted() - 1;
    const bool counts = encoded.bias != 0.0 || !correction.empty();
    panel.codes.assign(Tile::vectors * width, 0.0);
    panel.inputs.assign(Tile::vectors * groups, 0.0);
    for (std::size_t g = 0; g < groups; ++g) {
        double before[Tile::vectors] = {};
        for (std::size_t v = 0; v < Tile::vectors; ++v)
            before[v] = panel.codes[v * width + unit];
        if (gate_drive())
            run_gate_group(inputs, first, first_vector, g, panel);
        else
            run_group(inputs, first, first_vector, g, panel);
        const RowGroup& group = encoded.groups[g];
        for (std::size_t v = 0; v < Tile::vectors && first + v < inputs.rows(); ++v) {
            double& sum = panel.inputs[v * groups + g];
            if (encoded.has_unit) {
                const double code =
                    (panel.codes[v * width + unit] - before[v]) * (compensation.empty() ? 1.0 : compensation[unit]);
                sum = code * static_cast<double>(converters.step[unit]) / (encoded.unit_level + off_units);
            } else if (counts) {
                const auto row = inputs.row(first + v).subspan(group.first, group.count);
                sum = static_cast<double>(std::accumulate(row.begin(), row.end(), std::int64_t{0}) +
                                          offset * static_cast<std::int64_t>(group.count));
            }
        }
    }
}

void MappedArray::State::run_group(const Matrix<std::int32_t>& inputs, std::size_t first, std::uint64_t first_vector,
                                   std::size_t g, Panel& panel) const
{
    const RowGroup& group = encoded.groups[g];
    const ValueKernels& kernels = value_kernels();
    const std::size_t width = padded();
    thread_local std::vector<float> panels, noise;
    thread_local std::vector<std::uint32_t> bits;
    if (counting && !noisy()) {
        pack_input_bits(inputs, first, group, offset, slices, bits);
        BitTile tile{
            (group.count + 31) / 32, slices.size(), bits.data(), slice_weights.data(), nullptr, flush, nullptr, width};
        for (std::size_t strip = 0; strip * Tile::columns < width; ++strip) {
            tile.cells = packed_bits[g].data() + strip * tile.words * Tile::columns;
            tile.total = panel.codes.data() + strip * Tile::columns;
            kernels.count(tile, converters.at(g, strip));
        }
        return;
    }
    pack_inputs(inputs, first, group, offset, slices, parts, panels);
    Tile tile;
    tile.depth = group.count;
    tile.slices = slices.size();
    tile.parts = parts;
    tile.part_scale = 1 << digit_part_bits;
    tile.inputs = panels.data();
    tile.weights = slice_weights.data();
    tile.flush = flush;
    tile.total_stride = width;
    for (std::size_t strip = 0; strip * Tile::columns < width; ++strip) {
        tile.cells = packed[g].data() + strip * tile.depth * Tile::columns;
        tile.total = panel.codes.data() + strip * Tile::columns;
        if (noisy()) {
            draw_noise(panels, {}, first_vector + first, g, strip, noise);
            tile.noise = noise.data();
        }
        kernels.multiply(tile, converters.at(g, strip));
    }
}

void MappedArray::State::combine(const Panel& panel, std::size_t vector, std::span<double> out) const
{
    const std::size_t width = padded(), groups = encoded.groups.size(), n = encoded.weights;
    const double* codes = panel.codes.data() + vector * width;
    const double* inputs = panel.inputs.data() + vector * groups;
    double count = 0.0;
    for (std::size_t g = 0; g < groups; ++g)
        count += inputs[g];
    const double bias = encoded.bias * count;
    thread_local std::vector<double> sums;
    sums.assign(n, 0.0);
    for (std::size_t p = 0; p < encoded.planes.size(); ++p) {
        const double factor = encoded.planes[p].factor;
        const float* step = converters.step.data() + p * n;
        const double* recovered = compensation.empty() ? nullptr : compensation.data() + p * n;
        for (std::size_t j = 0; j < n; ++j)
            sums[j] += factor * (recovered ? recovered[j] : 1.0) * (static_cast<double>(step[j]) * codes[p * n + j]);
        if (correction.empty())
            continue;
        for (std::size_t g = 0; g < groups; ++g) {
            const double* correct = correction.row(g).data() + p * n;
            for (std::size_t j = 0; j < n; ++j)
                sums[j] += factor * (correct[j] * inputs[g]);
        }
    }
    const auto shifted = static_cast<double>(offset);
    for (std::size_t j = 0; j < n; ++j)
        out[j] += encoded.scale * (sums[j] - bias) - shifted * encoded.weight_sums[j];
}

} // namespace imc::values
