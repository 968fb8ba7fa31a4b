#include "arch/circuit/wave.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::circuit
{

void OperationValues::finish_analog() const
{
    Matrix<double> out(arrays->size(), arrays->front().weights());
    for (std::size_t a = 0; a < arrays->size(); ++a)
        (*arrays)[a].combine(sums.row(a), unit.row(a), counts.row(a), offset, out.row(a));
    results(out);
}

void OperationValues::finish_digital(std::size_t trees, int width) const
{
    Matrix<double> out(sums.rows(), sums.cols() / trees);
    for (std::size_t a = 0; a < sums.rows(); ++a)
        for (std::size_t w = 0; w < sums.cols(); ++w)
            out(a, w / trees) += std::ldexp(sums(a, w), static_cast<int>(w % trees) * width);
    results(out);
}

void Wave::drive()
{
    digits.assign(operation->inputs.rows(), std::vector<int>(rows));
    for (std::size_t a = 0; a < digits.size(); ++a)
        for (std::size_t i = 0; i < rows; ++i)
            digits[a][i] = slice.digit(operation->inputs(a, first + i) + operation->offset);
}

void Wave::count()
{
    for (std::size_t a = 0; a < digits.size(); ++a)
        for (const int d : digits[a])
            operation->counts(a, group) += slice.weight * d;
}

void Wave::conduct()
{
    const auto& arrays = *operation->arrays;
    currents = Matrix<double>(arrays.size(), arrays.front().converted());
    for (std::size_t a = 0; a < arrays.size(); ++a)
        for (std::size_t q = 0; q < currents.cols(); ++q)
            currents(a, q) = arrays[a].current(digits[a], first, q);
}

void Wave::convert(std::size_t array, std::size_t column)
{
    const ArrayValues& values = (*operation->arrays)[array];
    const double code = values.code(held(array, column), column);
    operation->sums(array, column) += slice.weight * values.sign(group, column) * code;
    if (values.has_unit() && column + 1 == values.converted())
        operation->unit(array, group) += slice.weight * code;
}

void Wave::add_up()
{
    for (std::size_t a = 0; a < digits.size(); ++a) {
        const Matrix<std::int64_t>& words = (*operation->words)[a];
        for (std::size_t w = 0; w < words.cols(); ++w) {
            std::int64_t tree = 0;
            for (std::size_t i = 0; i < rows; ++i)
                tree += digits[a][i] * words(first + i, w);
            operation->sums(a, w) += slice.weight * static_cast<double>(tree);
        }
    }
}

void check_inputs(const MacroConfig& config, const MvmOperation& op, const Matrix<std::int32_t>& inputs,
                  std::size_t arrays, std::size_t rows, std::size_t columns)
{
    if (arrays == 0)
        throw std::invalid_argument("an operation with values needs loaded arrays");
    if (static_cast<std::size_t>(op.arrays) != arrays || static_cast<std::size_t>(op.rows) != rows ||
        static_cast<std::size_t>(op.columns) != columns || inputs.rows() != arrays || inputs.cols() != rows)
        throw std::invalid_argument(
            fmt::format("an operation of {} arrays of {}×{} with inputs {}×{} does not fit {} loaded arrays of {}×{}",
                        op.arrays, op.rows, op.columns, inputs.rows(), inputs.cols(), arrays, rows, columns));
    const bool magnitude = op.signed_input && config.input.signed_input != SignedInput::twos_complement;
    const std::int64_t half = std::int64_t{1} << (op.input_bits - 1);
    const std::int64_t high = !op.signed_input ? 2 * half - 1
                              : magnitude      ? std::max<std::int64_t>(1, half - 1)
                                               : half - 1;
    const std::int64_t low = !op.signed_input ? 0 : magnitude ? -high : -half;
    for (const std::int32_t x : inputs.flat())
        if (x < low || x > high)
            throw std::invalid_argument(fmt::format("input {} is outside [{}, {}]", x, low, high));
}

} // namespace imc::circuit
