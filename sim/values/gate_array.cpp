#include <algorithm>
#include <cmath>

#include "sim/values/mapped_array_state.h"

namespace imc::values
{

void MappedArray::State::run_gate_group(const Matrix<std::int32_t>& inputs, std::size_t first, std::size_t g,
                                        Panel& panel) const
{
    const RowGroup& group = encoded.groups[g];
    const std::size_t present = std::min(Tile::vectors, inputs.rows() - first), width = padded();
    // One phase per vector and slice; the rows of other groups are off, but their bit line segments remain.
    Matrix<unsigned char> rows_on(present * slices.size(), cells.rows(), 0);
    for (std::size_t v = 0; v < present; ++v)
        for (std::size_t s = 0; s < slices.size(); ++s)
            for (std::size_t i = group.first; i < group.first + group.count; ++i)
                rows_on(v * slices.size() + s, i) = digit(inputs(first + v, i) + offset, slices[s]) != 0 ? 1 : 0;
    const Matrix<double> current = devices::solve_gate_drive(conductance, *physics->wires, 1.0, rows_on);
    const double per_unit = 1.0 / level_s;
    for (std::size_t v = 0; v < present; ++v)
        for (std::size_t s = 0; s < slices.size(); ++s)
            for (std::size_t q = 0; q < encoded.converted(); ++q) {
                const auto [a, b] = encoded.cells_of(q);
                const bool pair = encoded.subtracts && q < encoded.planes.size() * encoded.weights;
                const std::size_t phase = v * slices.size() + s;
                const double units = (current(phase, a) - (pair ? current(phase, b) : 0.0)) * per_unit;
                const double gain = static_cast<double>(converters.scale[q]) / step_units;
                double y = std::clamp(units * gain + static_cast<double>(converters.shift[q]),
                                      static_cast<double>(converters.low[q]), static_cast<double>(converters.high[q]));
                if (converters.rounds)
                    y = std::nearbyint(y);
                panel.codes[v * width + q] +=
                    static_cast<double>(slice_weights[s]) * static_cast<double>(converters.sign[g][q]) * y;
            }
}

} // namespace imc::values
