#pragma once

#include <cstddef>
#include <vector>

#include "devices/crossbar/kernels.h"

namespace imc::devices
{

/// In-place inversion of a symmetric positive definite matrix with right-hand sides beside it, by symmetric
/// block sweeps: n³ + 2·n²·k operations for n unknowns and k right-hand sides (half of Gauss-Jordan's).
///
/// Holds W = [A | B], A n×n (its upper triangle is used), row-major. Sizes are padded with a unit diagonal.
class BlockSolver
{
public:
    BlockSolver(std::size_t unknowns, std::size_t right_hand_sides, const DenseKernels& kernels = dense_kernels());

    /// Element (i, j) of A for j ≥ i.
    double& matrix(std::size_t i, std::size_t j) { return work_[i * stride_ + j]; }
    double matrix(std::size_t i, std::size_t j) const { return work_[i * stride_ + j]; }
    /// Element (i, k) of B.
    double& rhs(std::size_t i, std::size_t k) { return work_[i * stride_ + padded_ + k]; }
    double rhs(std::size_t i, std::size_t k) const { return work_[i * stride_ + padded_ + k]; }
    /// The padding's diagonal must be 1 before sweep().
    std::size_t padded() const { return padded_; }

    /// A becomes −A⁻¹ (upper triangle), the first `active` columns of B become A⁻¹B.
    void sweep(std::size_t active);

private:
    void load_pivot(std::size_t start, std::size_t depth);
    void pack_panel(std::size_t start, std::size_t depth);
    void scale_pivot_rows(std::size_t start, std::size_t depth, std::size_t strips);
    void store_pivot_rows(std::size_t start, std::size_t depth, std::size_t strips);

    const DenseKernels& kernels_;
    std::size_t padded_;
    std::size_t stride_;
    std::vector<double> work_;
    std::vector<double> pivot_;  ///< inverse of the pivot block, row stride 32
    std::vector<double> panel_;  ///< the pivot block's columns, packed by row group
    std::vector<double> rows_;   ///< the pivot block's rows, packed by strip
    std::vector<double> scaled_; ///< pivot⁻¹·rows, row-major, then packed into rows_
};

} // namespace imc::devices
