#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace imc
{

/// A dense matrix, row by row without gaps; plain data.
template <class T> class Matrix
{
public:
    Matrix() = default;
    Matrix(std::size_t rows, std::size_t cols, T value = T{}) : rows_(rows), cols_(cols), data_(rows * cols, value) {}

    std::size_t rows() const { return rows_; }
    std::size_t cols() const { return cols_; }
    std::size_t size() const { return data_.size(); }
    bool empty() const { return data_.empty(); }

    T& operator()(std::size_t i, std::size_t j)
    {
        assert(i < rows_ && j < cols_);
        return data_[i * cols_ + j];
    }
    const T& operator()(std::size_t i, std::size_t j) const
    {
        assert(i < rows_ && j < cols_);
        return data_[i * cols_ + j];
    }
    std::span<T> row(std::size_t i) { return {data_.data() + i * cols_, cols_}; }
    std::span<const T> row(std::size_t i) const { return {data_.data() + i * cols_, cols_}; }
    T* data() { return data_.data(); }
    const T* data() const { return data_.data(); }
    std::span<T> flat() { return data_; }
    std::span<const T> flat() const { return data_; }
    friend bool operator==(const Matrix&, const Matrix&) = default;

private:
    std::size_t rows_ = 0;
    std::size_t cols_ = 0;
    std::vector<T> data_;
};

} // namespace imc
