#include <algorithm>
#include <cmath>

#include "sim/values/mapped_array_state.h"

namespace imc::values
{

namespace
{

/// As the kernels convert, one sum at a time.
double code_of(double y, double noise, const Converters& c, std::size_t q)
{
    if (c.bow != 0.0f) {
        const double z = y / static_cast<double>(c.range);
        y += 4.0 * static_cast<double>(c.bow) * z * (1.0 - z);
    }
    const auto low = static_cast<double>(c.low[q]), high = static_cast<double>(c.high[q]);
    y = std::clamp(y + noise, low, high);
    if (!c.rounds)
        return y;
    double code = std::nearbyint(y);
    if (c.dnl != 0.0f) {
        const auto whole = static_cast<std::int32_t>(code);
        if (y >= static_cast<double>(step_threshold(c.steps[q], whole + 1, c.dnl)))
            code += 1.0;
        else if (y < static_cast<double>(step_threshold(c.steps[q], whole, c.dnl)))
            code -= 1.0;
    }
    return std::clamp(code, low, high);
}

} // namespace

Matrix<unsigned char> MappedArray::State::rows_on(const Matrix<std::int32_t>& inputs, std::size_t first,
                                                  std::size_t g) const
{
    const RowGroup& group = encoded.groups[g];
    const std::size_t present = std::min(Tile::vectors, inputs.rows() - first);
    Matrix<unsigned char> on(present * slices.size(), conductance.rows(), 0);
    for (std::size_t v = 0; v < present; ++v)
        for (std::size_t s = 0; s < slices.size(); ++s)
            for (std::size_t i = group.first; i < group.first + group.count; ++i)
                on(v * slices.size() + s, i) = digit(inputs(first + v, i) + offset, slices[s]) != 0 ? 1 : 0;
    return on;
}

void MappedArray::State::gate_variances(const Matrix<double>& amperes2, std::size_t strip,
                                        std::vector<float>& sums) const
{
    sums.clear();
    if (fast_s2.empty())
        return;
    sums.assign(slices.size() * Tile::vectors * Tile::columns, 0.0f);
    const std::size_t present = amperes2.rows() / slices.size(), first = strip * Tile::columns;
    for (std::size_t q = first; q < std::min(first + Tile::columns, encoded.converted()); ++q)
        for (const ColumnPart& part : encoded.cells_of(q))
            for (std::size_t v = 0; v < present; ++v)
                for (std::size_t s = 0; s < slices.size(); ++s)
                    sums[(s * Tile::vectors + v) * Tile::columns + q - first] += static_cast<float>(
                        part.factor * part.factor * amperes2(v * slices.size() + s, part.column) / (level_s * level_s));
}

void MappedArray::State::run_gate_group(const Matrix<std::int32_t>& inputs, std::size_t first,
                                        std::uint64_t first_vector, std::size_t g, Panel& panel) const
{
    const std::size_t present = std::min(Tile::vectors, inputs.rows() - first), width = padded();
    const Matrix<unsigned char> on = rows_on(inputs, first, g);
    const Matrix<double> current = devices::solve_gate_drive(conductance, *physics->wires, 1.0, on);
    const double per_unit = 1.0 / level_s;
    std::vector<std::vector<ColumnPart>> cells;
    for (std::size_t q = 0; q < encoded.converted(); ++q)
        cells.push_back(encoded.cells_of(q));
    thread_local std::vector<float> noise, variances;
    const Matrix<double> amperes2 = fast_s2.empty()
                                        ? Matrix<double>()
                                        : devices::gate_drive_variance(conductance, *physics->wires, 1.0, on, fast_s2);
    for (std::size_t strip = 0; strip * Tile::columns < encoded.converted(); ++strip) {
        if (noisy()) {
            gate_variances(amperes2, strip, variances);
            draw_noise({}, variances, first_vector + first, g, strip, noise);
        }
        for (std::size_t v = 0; v < present; ++v)
            for (std::size_t s = 0; s < slices.size(); ++s)
                for (std::size_t q = strip * Tile::columns;
                     q < std::min((strip + 1) * Tile::columns, encoded.converted()); ++q) {
                    const std::size_t phase = v * slices.size() + s;
                    double amperes = 0.0;
                    for (const ColumnPart& part : cells[q])
                        amperes += part.factor * current(phase, part.column);
                    const double units = amperes * per_unit;
                    const double gain = static_cast<double>(converters.scale[q]) / step_units;
                    const std::size_t lane = (s * Tile::vectors + v) * Tile::columns + q % Tile::columns;
                    const double y = code_of(units * gain + static_cast<double>(converters.shift[q]),
                                             noisy() ? static_cast<double>(noise[lane]) : 0.0, converters, q);
                    panel.codes[v * width + q] +=
                        static_cast<double>(slice_weights[s]) * static_cast<double>(converters.sign[g][q]) * y;
                }
    }
}

} // namespace imc::values
