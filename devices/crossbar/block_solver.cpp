#include "devices/crossbar/block_solver.h"

#include <algorithm>

namespace imc::devices
{

namespace
{
constexpr std::size_t group = DenseKernels::group, strip = DenseKernels::strip, block = DenseKernels::block;
std::size_t round_up(std::size_t n) { return (n + strip - 1) / strip * strip; }
} // namespace

BlockSolver::BlockSolver(std::size_t unknowns, std::size_t right_hand_sides, const DenseKernels& kernels)
    : kernels_(kernels), padded_(round_up(unknowns)), stride_(padded_ + round_up(right_hand_sides)),
      work_(padded_ * stride_), pivot_(block * block), panel_(padded_ * block), rows_(stride_ * block),
      scaled_(stride_ * block)
{
}

void BlockSolver::sweep(std::size_t active)
{
    // Sweeping a block with pivot inverse P maps A_bb → −P, A_ib → A_ib·P, A_ij → A_ij − A_ib·P·A_bj, which
    // keeps the matrix symmetric; after all blocks A is −A⁻¹ (Goodnight 1979, "A tutorial on the SWEEP operator").
    const std::size_t strips = (padded_ + round_up(active)) / strip;
    for (std::size_t start = 0; start < padded_; start += block) {
        const std::size_t depth = std::min(block, padded_ - start);
        load_pivot(start, depth);
        pack_panel(start, depth);
        scale_pivot_rows(start, depth, strips);
        kernels_.update(work_.data(), stride_, panel_.data(), rows_.data(), padded_ / group, strips, depth, false);
        store_pivot_rows(start, depth, strips);
    }
}

void BlockSolver::load_pivot(std::size_t start, std::size_t depth)
{
    for (std::size_t i = 0; i < depth; ++i)
        for (std::size_t j = i; j < depth; ++j)
            pivot_[i * block + j] = pivot_[j * block + i] = work_[(start + i) * stride_ + start + j];
    kernels_.invert(pivot_.data(), depth);
}

void BlockSolver::pack_panel(std::size_t start, std::size_t depth)
{
    // Column block of A: stored above the pivot, transposed from the pivot rows below it, zero in the pivot
    // rows themselves, which the update must leave alone.
    for (std::size_t i = 0; i < padded_; ++i) {
        double* out = panel_.data() + i / group * group * depth + i % group;
        for (std::size_t k = 0; k < depth; ++k)
            out[k * group] = i < start           ? work_[i * stride_ + start + k]
                             : i < start + depth ? 0.0
                                                 : work_[(start + k) * stride_ + i];
    }
}

void BlockSolver::scale_pivot_rows(std::size_t start, std::size_t depth, std::size_t strips)
{
    const std::size_t width = strips * strip;
    // The whole pivot rows of [A | B] without the pivot itself, packed by strip.
    for (std::size_t s = 0; s < strips; ++s)
        for (std::size_t k = 0; k < depth; ++k) {
            double* out = rows_.data() + s * strip * depth + k * strip;
            const std::size_t first = s * strip;
            if (first + strip <= start) {
                for (std::size_t j = 0; j < strip; ++j)
                    out[j] = work_[(first + j) * stride_ + start + k];
            } else if (first >= start && first < start + depth) {
                std::fill_n(out, strip, 0.0);
            } else {
                std::copy_n(work_.data() + (start + k) * stride_ + first, strip, out);
            }
        }
    double packed[block * block] = {};
    for (std::size_t i = 0; i < depth; ++i)
        for (std::size_t k = 0; k < depth; ++k)
            packed[i / group * group * depth + k * group + i % group] = -pivot_[i * block + k];
    std::fill_n(scaled_.begin(), depth * width, 0.0);
    kernels_.update(scaled_.data(), width, packed, rows_.data(), depth / group, strips, depth, true);
    for (std::size_t s = 0; s < strips; ++s)
        for (std::size_t k = 0; k < depth; ++k)
            std::copy_n(scaled_.data() + k * width + s * strip, strip, rows_.data() + s * strip * depth + k * strip);
}

void BlockSolver::store_pivot_rows(std::size_t start, std::size_t depth, std::size_t strips)
{
    const std::size_t width = strips * strip;
    for (std::size_t k = 0; k < depth; ++k) {
        const double* scaled = scaled_.data() + k * width;
        for (std::size_t i = 0; i < start; ++i)
            work_[i * stride_ + start + k] = scaled[i];
        double* row = work_.data() + (start + k) * stride_;
        for (std::size_t j = k; j < depth; ++j)
            row[start + j] = -pivot_[k * block + j];
        std::copy(scaled + start + depth, scaled + width, row + start + depth);
    }
}

} // namespace imc::devices
