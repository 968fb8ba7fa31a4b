#pragma once

#include <vector>

#include "sim/values/mapped_array.h"

namespace imc::values
{

/// A matrix of any size on as many arrays as it takes: rows in blocks of config.rows, columns in blocks of
/// weights_per_row; partial sums of row blocks are added digitally.
class Contraction
{
public:
    /// `first_index` numbers the arrays for their random streams.
    Contraction(const ArraySpec& config, const Matrix<std::int32_t>& weights, const Physics* physics = nullptr,
                std::uint64_t first_index = 0);

    std::size_t rows() const { return rows_; }
    std::size_t columns() const { return columns_; }
    std::size_t size() const { return arrays_.size(); }
    std::vector<MappedArray>& arrays() { return arrays_; }

    void begin_hold(std::uint64_t hold);
    /// Ranges of all converters from these vectors (vectors × rows).
    void calibrate(const Matrix<std::int32_t>& inputs);
    double clipped_share(const Matrix<std::int32_t>& inputs) const;
    /// vectors × columns, in units of input times weight; whole numbers where nothing is analog.
    Matrix<double> run(const Matrix<std::int32_t>& inputs, std::uint64_t first_vector = 0) const;

private:
    Matrix<std::int32_t> rows_of(const Matrix<std::int32_t>& inputs, std::size_t array) const;

    std::size_t rows_, columns_;
    std::vector<MappedArray> arrays_;
    std::vector<std::pair<std::size_t, std::size_t>> places_; ///< first row, first column
};

} // namespace imc::values
