#pragma once

#include <vector>

#include "sim/values/mapped_array.h"

namespace imc::values
{

/// The part of a matrix that one array holds.
struct Block {
    std::size_t first_row = 0, rows = 0;
    std::size_t first_column = 0, columns = 0;
};

Matrix<std::int32_t> part_of(const Matrix<std::int32_t>& weights, const Block& block);

/// Rows in blocks of config.rows, columns in blocks of weights_per_row.
std::vector<Block> blocks_of(const ArraySpec& config, std::size_t rows, std::size_t columns);

/// A matrix of any size on as many arrays as it has blocks; partial sums of row blocks are added digitally.
class Contraction
{
public:
    /// `first_index` numbers the arrays for their random streams. Throws std::invalid_argument for blocks outside the
    /// matrix.
    Contraction(const ArraySpec& config, const Matrix<std::int32_t>& weights, const std::vector<Block>& blocks,
                const Physics* physics = nullptr, std::uint64_t first_index = 0);
    /// In blocks_of().
    Contraction(const ArraySpec& config, const Matrix<std::int32_t>& weights, const Physics* physics = nullptr,
                std::uint64_t first_index = 0);

    std::size_t rows() const { return rows_; }
    std::size_t columns() const { return columns_; }
    std::size_t size() const { return arrays_.size(); }
    std::vector<MappedArray>& arrays() { return arrays_; }
    const std::vector<MappedArray>& arrays() const { return arrays_; }

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
    std::vector<Block> blocks_; ///< of each array
};

} // namespace imc::values
