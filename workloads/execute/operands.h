#pragma once

#include <cstdint>
#include <vector>

#include "workloads/execute/kernels.h"

namespace imc::kernel
{

/// Where a contraction's matrices lie in their tensors.
struct Layout {
    const Contraction& c;
    std::vector<std::int64_t> moving_offset, stationary_offset; ///< per batch index

    Layout(const Arguments& a, const Contraction& contraction);

    /// Elements between neighbours along each index.
    std::int64_t moving_m() const { return c.moving_transposed ? 1 : c.k; }
    std::int64_t moving_k() const { return c.moving_transposed ? c.m : 1; }
    std::int64_t stationary_k() const { return c.stationary_transposed ? 1 : c.n; }
    std::int64_t stationary_n() const { return c.stationary_transposed ? c.k : 1; }
    /// First element of a group's stationary matrix.
    std::int64_t stationary_at(std::int64_t batch, std::int64_t group) const
    {
        return stationary_offset[static_cast<std::size_t>(batch)] + group * c.k * c.n;
    }
};

/// Rows k of the moving operand at output positions [first, last) of one batch index and group, as a
/// row-major matrix of c.k rows: what im2col gives for a window. Padding reads as zero.
template <class T>
void fetch(const Layout& layout, const T* moving, std::int64_t batch, std::int64_t group, std::int64_t first,
           std::int64_t last, std::vector<T>& rows);

} // namespace imc::kernel
