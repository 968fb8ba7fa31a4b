#pragma once

#include <memory>
#include <vector>

#include "arch/circuit/array_values.h"

namespace imc::circuit
{

/// The values of one operation: what it starts from and what has been added up so far.
struct OperationValues {
    std::shared_ptr<const std::vector<ArrayValues>> arrays;         ///< analog macros
    std::shared_ptr<const std::vector<Matrix<std::int64_t>>> words; ///< digital macros: rows × words of each array
    Matrix<std::int32_t> inputs;                                    ///< arrays × rows
    std::int64_t offset = 0;                                        ///< added to every input
    Matrix<double> sums;   ///< arrays × converted columns (words): shift-added codes (sums of trees)
    Matrix<double> unit;   ///< arrays × groups: of the unit column
    Matrix<double> counts; ///< arrays × groups: Σ of the inputs, counted slice by slice
    ValueTimer::Results results;

    void finish_analog() const;
    /// `trees`: words of a weight, of `width` bits each.
    void finish_digital(std::size_t trees, int width) const;
};

/// The values of one read on their way through the modules.
struct Wave {
    std::shared_ptr<OperationValues> operation;
    Slice slice;
    std::size_t first = 0, rows = 0; ///< the group of rows that is driven
    std::size_t group = 0;
    std::vector<std::vector<int>> digits; ///< on the word lines, of each array
    Matrix<double> currents;              ///< of the converted columns, arrays × columns
    Matrix<double> held;                  ///< what the converters see

    void drive();
    void count();
    void conduct();
    /// One conversion, shift-added.
    void convert(std::size_t array, std::size_t column);
    /// One pass through the adder trees and into the accumulators.
    void add_up();
};

/// Throws std::invalid_argument unless `inputs` are one value of the coding for each row of each array.
void check_inputs(const MacroConfig& config, const MvmOperation& operation, const Matrix<std::int32_t>& inputs,
                  std::size_t arrays, std::size_t rows, std::size_t columns);

} // namespace imc::circuit
