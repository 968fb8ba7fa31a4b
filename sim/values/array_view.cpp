#include "sim/values/array_view.h"

#include <algorithm>
#include <stdexcept>

#include "sim/values/mapped_array_state.h"

namespace imc::values
{

const ArraySpec& MappedArray::spec() const { return state_->config; }

ArrayView MappedArray::view() const
{
    const State& s = *state_;
    ArrayView v;
    const std::size_t converted = s.encoded.converted();
    v.step_units.assign(s.converters.step.begin(), s.converters.step.begin() + static_cast<std::ptrdiff_t>(converted));
    if (!s.converters.steps.empty())
        v.steps.assign(s.converters.steps.begin(), s.converters.steps.begin() + static_cast<std::ptrdiff_t>(converted));
    v.compensation = s.compensation;
    if (!s.physics)
        return v;
    if (s.kept.empty())
        throw std::logic_error("an array was asked for cells that it has not kept");
    v.on_s = s.physics->on_s;
    v.off_s = s.physics->off_s;
    v.columns = s.column_errors;
    if (s.gate_drive()) {
        v.gate_wires = s.physics->wires;
        v.conductance_s = s.conductance;
        return v;
    }
    v.conductance_s = Matrix<double>(s.kept.rows(), s.kept.cols());
    for (std::size_t n = 0; n < s.kept.size(); ++n)
        v.conductance_s.flat()[n] = s.grid_s * static_cast<double>(s.kept.flat()[n]);
    return v;
}

Matrix<float> MappedArray::noise(std::span<const std::int32_t> input, std::uint64_t vector) const
{
    const State& s = *state_;
    if (!s.noisy())
        return {};
    Matrix<std::int32_t> inputs(1, input.size());
    std::ranges::copy(input, inputs.data());
    const std::size_t converted = s.encoded.converted(), slices = s.slices.size();
    Matrix<float> out(s.encoded.groups.size() * slices, converted);
    std::vector<float> panels, variances, noise;
    for (std::size_t g = 0; g < s.encoded.groups.size(); ++g) {
        Matrix<double> amperes2;
        if (!s.fast_s2.empty())
            amperes2 =
                devices::gate_drive_variance(s.conductance, *s.physics->wires, 1.0, s.rows_on(inputs, 0, g), s.fast_s2);
        else
            pack_inputs(inputs, 0, s.encoded.groups[g], s.offset, s.slices, s.parts, panels);
        for (std::size_t strip = 0; strip * Tile::columns < converted; ++strip) {
            s.gate_variances(amperes2, strip, variances);
            s.draw_noise(panels, variances, vector, g, strip, noise);
            const std::size_t first = strip * Tile::columns, last = std::min(first + Tile::columns, converted);
            for (std::size_t k = 0; k < slices; ++k)
                std::copy_n(noise.data() + k * Tile::vectors * Tile::columns, last - first,
                            out.row(g * slices + k).data() + first);
        }
    }
    return out;
}

} // namespace imc::values
