#pragma once

#include <memory>
#include <vector>

#include "arch/circuit/array_values.h"

namespace imc::circuit
{

/// What a digital array holds: rows × words of its trees, `trees` words of `width` bits to a weight.
struct TreeWords {
    Matrix<std::int64_t> words;
    std::size_t trees = 1;
    int width = 1;
};

/// The values of one operation: what it starts from and what has come out of it so far.
struct OperationValues {
    std::shared_ptr<const std::vector<ArrayValues>> arrays; ///< analog macros
    std::shared_ptr<const std::vector<TreeWords>> trees;    ///< digital macros
    OperationInputs inputs;
    std::int64_t offset = 0;                 ///< added to every input
    std::vector<double> weights;             ///< of the reads of a group of rows
    std::vector<Matrix<double>> codes;       ///< of each array: reads, group by group × converted columns
    std::vector<std::vector<double>> counts; ///< of each array and group: Σ of the inputs, counted slice by slice
    std::vector<std::vector<double>> sums;   ///< of each array and word of its trees
    ValueTimer::Results results;

    void finish_analog() const;
    void finish_digital() const;
};

/// The values of one read on their way through the modules.
struct Wave {
    std::shared_ptr<OperationValues> operation;
    Slice slice;
    std::size_t first = 0, rows = 0; ///< the group of rows that is driven
    std::size_t group = 0;
    std::size_t read = 0; ///< among the reads of its group
    /// Of each array. One with fewer rows than others has no part in the last groups.
    std::vector<std::vector<int>> digits;      ///< on the word lines
    std::vector<std::vector<double>> currents; ///< of the converted columns
    std::vector<std::vector<double>> held;     ///< what the converters see

    void drive();
    void count();
    void conduct();
    /// One conversion; a column beyond those that the array uses gives nothing. `columns`: converted of each array.
    void convert(std::size_t array, std::size_t column, std::size_t columns);
    /// One pass through the adder trees and into the accumulators.
    void add_up();
};

/// Throws std::invalid_argument unless the operation drives as many arrays as are loaded, with enough rows and columns.
void check_operation(const MvmOperation& operation, const std::vector<std::size_t>& rows, int columns);
/// Throws std::invalid_argument unless `inputs` has a value within the coding's limits for each row of each array.
void check_inputs(const MacroConfig& config, const MacroContents& form, const std::vector<std::size_t>& rows,
                  const Matrix<std::int32_t>& inputs);

} // namespace imc::circuit
