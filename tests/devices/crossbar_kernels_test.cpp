#include "devices/crossbar/block_solver.h"

#include <cmath>

#include <gtest/gtest.h>

#include "devices/matrix.h"
#include "sim/base/random.h"

using namespace imc;
using namespace imc::devices;

namespace
{

/// A random symmetric matrix with eigenvalues of at least 1, and right-hand sides.
struct Problem {
    Matrix<double> a, b;
    Problem(std::size_t n, std::size_t sides) : a(n, n), b(n, sides)
    {
        RandomStream random(7, "block solver", n);
        Matrix<double> f(n, 3);
        for (double& x : f.flat())
            x = random.normal();
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                for (std::size_t k = 0; k < 3; ++k)
                    a(i, j) += 0.3 * f(i, k) * f(j, k);
        for (std::size_t i = 0; i < n; ++i)
            a(i, i) += 1.0 + random.uniform();
        for (double& x : b.flat())
            x = random.normal();
    }
    BlockSolver swept(const DenseKernels& kernels, std::size_t active) const
    {
        BlockSolver solver(a.rows(), b.cols(), kernels);
        for (std::size_t i = 0; i < a.rows(); ++i) {
            for (std::size_t j = i; j < a.rows(); ++j)
                solver.matrix(i, j) = a(i, j);
            for (std::size_t k = 0; k < b.cols(); ++k)
                solver.rhs(i, k) = b(i, k);
        }
        for (std::size_t i = a.rows(); i < solver.padded(); ++i)
            solver.matrix(i, i) = 1.0;
        solver.sweep(active);
        return solver;
    }
};

} // namespace

TEST(BlockSolver, InvertsAndSolvesForEverySize)
{
    for (const std::size_t n : {1, 2, 15, 16, 17, 31, 33, 48, 65, 100}) {
        const Problem p(n, 5);
        const BlockSolver s = p.swept(dense_kernels(), 5);
        const auto inverse = [&](std::size_t i, std::size_t j) { return -s.matrix(std::min(i, j), std::max(i, j)); };
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                double product = 0.0;
                for (std::size_t k = 0; k < n; ++k)
                    product += p.a(i, k) * inverse(k, j);
                EXPECT_NEAR(product, i == j ? 1.0 : 0.0, 1e-12) << n << ": " << i << ", " << j;
            }
            for (std::size_t k = 0; k < 5; ++k) {
                double residual = -p.b(i, k);
                for (std::size_t j = 0; j < n; ++j)
                    residual += p.a(i, j) * s.rhs(j, k);
                EXPECT_NEAR(residual, 0.0, 1e-12);
            }
        }
    }
}

TEST(BlockSolver, EveryInstructionSetGivesTheSameBits)
{
    const Problem p(77, 40);
    const DenseKernels* baseline = dense_kernels("baseline");
    ASSERT_NE(baseline, nullptr);
    const BlockSolver expected = p.swept(*baseline, 40);
    for (const char* name : {"avx2", "avx512"}) {
        const DenseKernels* kernels = dense_kernels(name);
        if (!kernels)
            continue;
        const BlockSolver got = p.swept(*kernels, 40);
        for (std::size_t i = 0; i < 77; ++i) {
            for (std::size_t j = i; j < 77; ++j)
                ASSERT_EQ(got.matrix(i, j), expected.matrix(i, j)) << name;
            for (std::size_t k = 0; k < 40; ++k)
                ASSERT_EQ(got.rhs(i, k), expected.rhs(i, k)) << name;
        }
    }
}

TEST(BlockSolver, LeavesInactiveRightHandSidesAlone)
{
    const Problem p(20, 40);
    const BlockSolver s = p.swept(dense_kernels(), 16);
    for (std::size_t k = 16; k < 40; ++k)
        EXPECT_EQ(s.rhs(3, k), p.b(3, k));
}
