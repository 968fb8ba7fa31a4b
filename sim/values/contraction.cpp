#include "sim/values/contraction.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::values
{

Matrix<std::int32_t> part_of(const Matrix<std::int32_t>& weights, const Block& block)
{
    Matrix<std::int32_t> part(block.rows, block.columns);
    for (std::size_t k = 0; k < block.rows; ++k)
        std::copy_n(weights.row(block.first_row + k).data() + block.first_column, block.columns, part.row(k).data());
    return part;
}

std::vector<Block> blocks_of(const ArraySpec& config, std::size_t rows, std::size_t columns)
{
    config.check();
    const auto deep = static_cast<std::size_t>(config.rows), wide = static_cast<std::size_t>(config.weights_per_row());
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < rows; i += deep)
        for (std::size_t j = 0; j < columns; j += wide)
            blocks.push_back({i, std::min(deep, rows - i), j, std::min(wide, columns - j)});
    return blocks;
}

Contraction::Contraction(const ArraySpec& config, const Matrix<std::int32_t>& weights, const Physics* physics,
                         std::uint64_t first_index)
    : Contraction(config, weights, blocks_of(config, weights.rows(), weights.cols()), physics, first_index)
{
}

Contraction::Contraction(const ArraySpec& config, const Matrix<std::int32_t>& weights, const std::vector<Block>& blocks,
                         const Physics* physics, std::uint64_t first_index)
    : rows_(weights.rows()), columns_(weights.cols()), blocks_(blocks)
{
    for (const Block& block : blocks_) {
        if (block.first_row + block.rows > rows_ || block.first_column + block.columns > columns_)
            throw std::invalid_argument(fmt::format("a block of rows {}+{} and columns {}+{} in a matrix of {}×{}",
                                                    block.first_row, block.rows, block.first_column, block.columns,
                                                    rows_, columns_));
        arrays_.emplace_back(config, part_of(weights, block), physics, first_index + arrays_.size());
    }
}

void Contraction::begin_hold(std::uint64_t hold)
{
    for (MappedArray& array : arrays_)
        array.begin_hold(hold);
}

Matrix<std::int32_t> Contraction::rows_of(const Matrix<std::int32_t>& inputs, std::size_t array) const
{
    Matrix<std::int32_t> block(inputs.rows(), arrays_[array].rows());
    for (std::size_t v = 0; v < inputs.rows(); ++v)
        std::copy_n(inputs.row(v).data() + blocks_[array].first_row, block.cols(), block.row(v).data());
    return block;
}

void Contraction::calibrate(const Matrix<std::int32_t>& inputs)
{
    for (std::size_t n = 0; n < arrays_.size(); ++n)
        arrays_[n].calibrate(rows_of(inputs, n));
}

double Contraction::clipped_share(const Matrix<std::int32_t>& inputs) const
{
    double clipped = 0.0, conversions = 0.0;
    for (std::size_t n = 0; n < arrays_.size(); ++n) {
        const auto count = static_cast<double>(arrays_[n].conversions_per_vector());
        clipped += count * arrays_[n].clipped_share(rows_of(inputs, n));
        conversions += count;
    }
    return conversions > 0.0 ? clipped / conversions : 0.0;
}

Matrix<double> Contraction::run(const Matrix<std::int32_t>& inputs, std::uint64_t first_vector) const
{
    if (inputs.cols() != rows_)
        throw std::invalid_argument(fmt::format("{} inputs per vector for a matrix of {} rows", inputs.cols(), rows_));
    Matrix<double> total(inputs.rows(), columns_);
    Matrix<std::int32_t> block;
    for (std::size_t n = 0; n < arrays_.size(); ++n) {
        if (n == 0 || blocks_[n].first_row != blocks_[n - 1].first_row || blocks_[n].rows != blocks_[n - 1].rows)
            block = rows_of(inputs, n);
        arrays_[n].run(block, total, blocks_[n].first_column, first_vector);
    }
    return total;
}

} // namespace imc::values
