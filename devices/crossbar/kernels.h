#pragma once

#include <cstddef>

namespace imc::devices
{

/// The two inner loops of the block elimination, for the widest vectors the host has. Each result element
/// is computed by the same operations in the same order on every host, so the bits are the same everywhere;
/// a BLAS library would give other bits on other hosts, and starts threads.
struct DenseKernels {
    static constexpr std::size_t group = 4;  ///< rows packed together
    static constexpr std::size_t strip = 16; ///< columns packed together
    static constexpr std::size_t block = 32; ///< largest depth and pivot block

    /// c -= e·f on an upper-triangular region: row group g takes part in strips s with s ≥ g·group/strip
    /// (all strips if `full`). e is packed [group][depth][4], f is packed [strip][depth][16].
    void (*update)(double* c, std::size_t row_stride, const double* e, const double* f, std::size_t groups,
                   std::size_t strips, std::size_t depth, bool full);
    /// Replaces the symmetric positive definite n×n matrix a (row stride 32, n a multiple of 16 up to 32)
    /// by its inverse.
    void (*invert)(double* a, std::size_t n);
    const char* name;
};

/// Chosen once from the host's instruction set and IMCSIM_KERNELS.
const DenseKernels& dense_kernels();
/// A particular set, nullptr if the host lacks it: "baseline", "avx2", "avx512".
const DenseKernels* dense_kernels(const char* name);

} // namespace imc::devices
