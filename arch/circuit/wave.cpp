#include "arch/circuit/wave.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::circuit
{

void OperationValues::finish_analog() const
{
    std::vector<std::vector<double>> out;
    for (std::size_t a = 0; a < arrays->size(); ++a)
        out.push_back((*arrays)[a].combine(codes[a], weights, counts[a], offset));
    results(out);
}

void OperationValues::finish_digital() const
{
    std::vector<std::vector<double>> out;
    for (std::size_t a = 0; a < trees->size(); ++a) {
        const auto& [words, per_weight, width] = (*trees)[a];
        out.emplace_back(words.cols() / per_weight, 0.0);
        for (std::size_t w = 0; w < words.cols(); ++w)
            out[a][w / per_weight] += std::ldexp(sums[a][w], static_cast<int>(w % per_weight) * width);
    }
    results(out);
}

void Wave::drive()
{
    const std::size_t count = operation->arrays ? operation->arrays->size() : operation->trees->size();
    digits.resize(count);
    for (std::size_t a = 0; a < count; ++a) {
        const std::size_t used =
            operation->arrays ? (*operation->arrays)[a].rows() : (*operation->trees)[a].words.rows();
        digits[a].resize(std::min(first + rows, std::max(first, used)) - first);
        for (std::size_t i = 0; i < digits[a].size(); ++i)
            digits[a][i] = slice.digit(operation->inputs.values(a, first + i) + operation->offset);
    }
}

void Wave::count()
{
    for (std::size_t a = 0; a < digits.size(); ++a)
        for (const int d : digits[a])
            operation->counts[a][group] += slice.weight * d;
}

void Wave::conduct()
{
    const auto& arrays = *operation->arrays;
    currents.resize(arrays.size());
    for (std::size_t a = 0; a < arrays.size(); ++a)
        if (!digits[a].empty())
            currents[a] = arrays[a].currents(digits[a], first);
}

void Wave::convert(std::size_t array, std::size_t column, std::size_t columns)
{
    if (held[array].empty())
        return;
    const ArrayValues& values = (*operation->arrays)[array];
    // A unit column is converted last, whatever lies between.
    const bool unit = values.has_unit() && column + 1 == columns;
    if (!unit && column >= values.converted() - (values.has_unit() ? 1 : 0))
        return;
    const std::size_t q = unit ? values.converted() - 1 : column;
    const std::size_t row = group * operation->weights.size() + read;
    const float noise = operation->inputs.noise.empty() ? 0.0f : operation->inputs.noise[array](row, q);
    operation->codes[array](row, q) = values.sign(group, q) * values.code(held[array][q], q, noise);
}

void Wave::add_up()
{
    for (std::size_t a = 0; a < digits.size(); ++a) {
        const Matrix<std::int64_t>& words = (*operation->trees)[a].words;
        std::vector<std::int64_t> tree(words.cols(), 0);
        for (std::size_t i = 0; i < digits[a].size(); ++i)
            for (std::size_t w = 0; digits[a][i] != 0 && w < words.cols(); ++w)
                tree[w] += digits[a][i] * words(first + i, w);
        for (std::size_t w = 0; w < words.cols(); ++w)
            operation->sums[a][w] += slice.weight * static_cast<double>(tree[w]);
    }
}

void check_operation(const MvmOperation& op, const std::vector<std::size_t>& rows, int columns)
{
    if (rows.empty())
        throw std::invalid_argument("an operation with values needs loaded arrays");
    const std::size_t most = *std::max_element(rows.begin(), rows.end());
    if (static_cast<std::size_t>(op.arrays) != rows.size() || static_cast<std::size_t>(op.rows) < most ||
        op.columns < columns)
        throw std::invalid_argument(
            fmt::format("an operation of {} arrays of {}×{} does not fit {} loaded ones of {}×{}", op.arrays, op.rows,
                        op.columns, rows.size(), most, columns));
}

void check_inputs(const MacroConfig& config, const MacroContents& form, const std::vector<std::size_t>& rows,
                  const Matrix<std::int32_t>& inputs)
{
    const std::size_t most = *std::max_element(rows.begin(), rows.end());
    if (inputs.rows() != rows.size() || inputs.cols() < most)
        throw std::invalid_argument(fmt::format("inputs of {}×{} do not fit {} loaded arrays of {} rows", inputs.rows(),
                                                inputs.cols(), rows.size(), most));
    const bool magnitude = coded_as_magnitude(config, form.signed_input);
    const std::int64_t half = std::int64_t{1} << (form.input_bits - 1);
    const std::int64_t high = !form.signed_input ? 2 * half - 1
                              : magnitude        ? std::max<std::int64_t>(1, half - 1)
                                                 : half - 1;
    const std::int64_t low = !form.signed_input ? 0 : magnitude ? -high : -half;
    for (std::size_t a = 0; a < rows.size(); ++a)
        for (const std::int32_t x : inputs.row(a).first(rows[a]))
            if (x < low || x > high)
                throw std::invalid_argument(fmt::format("input {} is outside [{}, {}]", x, low, high));
}

} // namespace imc::circuit
