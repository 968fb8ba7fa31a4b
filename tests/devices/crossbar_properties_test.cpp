#include "devices/crossbar/network.h"
#include "devices/crossbar/transfer_cache.h"

#include <cmath>

#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/random.h"
#include "tests/devices/dense_nodal.h"

using namespace imc;
using namespace imc::devices;

namespace
{

Matrix<double> random_conductances(std::size_t rows, std::size_t cols, std::uint64_t seed, double zeros = 0.0)
{
    RandomStream random(seed, "conductances");
    Matrix<double> g(rows, cols);
    for (double& x : g.flat())
        x = random.uniform() < zeros ? 0.0 : 1e-6 + 9.9e-5 * random.uniform();
    return g;
}

Matrix<double> random_voltages(std::size_t vectors, std::size_t rows, std::uint64_t seed)
{
    RandomStream random(seed, "voltages");
    Matrix<double> v(vectors, rows);
    for (double& x : v.flat())
        x = 0.4 * random.uniform() - 0.2;
    return v;
}

Matrix<double> product(const Matrix<double>& v, const Matrix<double>& t)
{
    Matrix<double> current(v.rows(), t.cols());
    for (std::size_t k = 0; k < v.rows(); ++k)
        for (std::size_t i = 0; i < t.rows(); ++i)
            for (std::size_t j = 0; j < t.cols(); ++j)
                current(k, j) += v(k, i) * t(i, j);
    return current;
}

void expect_same(const Matrix<double>& a, const Matrix<double>& b, double tolerance, const std::string& what)
{
    ASSERT_EQ(a.rows(), b.rows());
    ASSERT_EQ(a.cols(), b.cols());
    for (std::size_t i = 0; i < a.rows(); ++i) {
        double scale = 0.0;
        for (const double x : b.row(i))
            scale = std::max(scale, std::abs(x));
        for (std::size_t j = 0; j < a.cols(); ++j)
            EXPECT_NEAR(a(i, j), b(i, j), tolerance * scale) << what << " [" << i << "][" << j << "]";
    }
}

} // namespace

TEST(Crossbar, AgreesWithPlainNodalAnalysisForEveryShapeAndLimit)
{
    std::uint64_t seed = 1;
    for (const auto& [rows, cols] : {std::pair(1, 1), {1, 7}, {7, 1}, {5, 3}, {3, 6}, {9, 9}})
        for (const double wire : {0.0, 1e-3, 2.5, 1e4})
            for (const double source : {0.0, 100.0, 1e6})
                for (const double sense : {0.0, 50.0, 1e5})
                    for (const double access : {0.0, 5e3}) {
                        const Wires w{wire, source, sense, access};
                        const Matrix<double> g = random_conductances(rows, cols, ++seed, 0.2);
                        const Matrix<double> v = random_voltages(1, rows, seed);
                        const test::DenseNodal nodal(g, w, {v.row(0).begin(), v.row(0).end()});
                        Matrix<double> expected(1, cols);
                        std::ranges::copy(nodal.currents(), expected.row(0).begin());
                        const std::string what = std::to_string(wire) + " " + std::to_string(source) + " " +
                                                 std::to_string(sense) + " " + std::to_string(access);
                        expect_same(solve_linear(g, w, v), expected, 1e-10, what);
                        expect_same(product(v, transfer_matrix(g, w)), expected, 1e-10, what);
                    }
}

TEST(Crossbar, ApproachesTheExactLimitAsTheWireResistanceVanishes)
{
    const Matrix<double> g = random_conductances(40, 24, 3);
    for (const double sense : {0.0, 50.0, 1e4}) {
        const Matrix<double> limit = transfer_matrix(g, {0.0, 100.0, sense, 0.0});
        for (const double wire : {1e-13, 1e-11, 1e-9})
            expect_same(transfer_matrix(g, {wire, 100.0, sense, 0.0}), limit, 1e-9, std::to_string(wire));
    }
}

TEST(Crossbar, WithoutResistancesIsTheIdealProduct)
{
    const Matrix<double> g = random_conductances(33, 20, 5);
    expect_same(transfer_matrix(g, {}), g, 1e-15, "ideal");
}

TEST(Crossbar, TallAndWideEliminationAgreeByReciprocity)
{
    // A tall array against itself seen through its transposed mirror image.
    const Matrix<double> g = random_conductances(70, 30, 11);
    Matrix<double> mirrored(30, 70);
    for (std::size_t i = 0; i < 70; ++i)
        for (std::size_t j = 0; j < 30; ++j)
            mirrored(29 - j, 69 - i) = g(i, j);
    const Matrix<double> v = random_voltages(2, 30, 4);
    const Wires w{3.0, 200.0, 40.0, 1e3};
    expect_same(product(v, transfer_matrix(mirrored, w)), solve_linear(mirrored, w, v), 1e-11, "wide");
}

TEST(Crossbar, TransferMatrixAndDirectSolvesAgreeAt256)
{
    const Matrix<double> g = random_conductances(256, 256, 17);
    const Wires w{1.0, 100.0, 50.0, 0.0};
    const Matrix<double> v = random_voltages(3, 256, 18);
    expect_same(product(v, transfer_matrix(g, w)), solve_linear(g, w, v), 1e-11, "256");
}

TEST(Crossbar, EveryColumnLosesCurrentToItsWires)
{
    const Matrix<double> g(64, 64, 1e-4);
    const Matrix<double> v(1, 64, 0.2);
    const Matrix<double> ideal = solve_linear(g, {}, v);
    Matrix<double> before = ideal;
    for (const double wire : {0.5, 1.0, 2.0, 5.0}) {
        const Matrix<double> now = solve_linear(g, {wire, 0.0, 0.0, 0.0}, v);
        for (std::size_t j = 0; j < 64; ++j)
            EXPECT_LT(now(0, j), before(0, j));
        EXPECT_GT(now(0, 0), now(0, 63)) << "the column farthest from the drivers loses most";
        before = now;
    }
}

TEST(Crossbar, CellVoltagesCarryTheColumnCurrents)
{
    const Matrix<double> g = random_conductances(30, 17, 51), v = random_voltages(1, 30, 52);
    const Wires w{2.5, 100.0, 50.0, 2e3};
    const Matrix<double> cells = cell_voltages(g, w, v.row(0)), current = solve_linear(g, w, v);
    for (std::size_t j = 0; j < 17; ++j) {
        double sum = 0.0;
        for (std::size_t i = 0; i < 30; ++i)
            sum += cells(i, j) * g(i, j) / (1.0 + 2e3 * g(i, j));
        EXPECT_NEAR(sum, current(0, j), 1e-12 * std::abs(current(0, j)));
    }
}

TEST(Crossbar, SensitivityIsTheDerivativeOfTheColumnCurrent)
{
    const std::size_t n = 40;
    const Matrix<double> g = random_conductances(n, n, 53);
    const Wires w{3.0, 150.0, 80.0, 1e3};
    const Sensitivity s = column_sensitivity(g, w, transfer_matrix(g, w), std::filesystem::path());
    const Matrix<double> all(1, n, 1.0);
    for (const std::size_t a : {0u, 17u, 39u})
        for (const std::size_t b : {0u, 21u, 39u}) {
            Matrix<double> alone(1, n);
            alone(0, a) = 1.0;
            Matrix<double> more(g);
            const double step = 1e-3 * g(a, b);
            more(a, b) += step;
            const auto slope = [&](const Matrix<double>& v) {
                return (solve_linear(more, w, v)(0, b) - solve_linear(g, w, v)(0, b)) / step;
            };
            EXPECT_NEAR(s.own(a, b), slope(alone), 0.02 * slope(alone)) << a << ", " << b;
            EXPECT_NEAR(s.all(a, b), slope(all), 0.02 * slope(all)) << a << ", " << b;
        }
}

TEST(NonlinearCrossbar, WithALinearLawEqualsTheLinearSolution)
{
    struct Linear final : CellLaw {
        CellPoint at(double g, double v) const override { return {g * v, g}; }
    };
    for (const Wires w : {Wires{2.5, 100.0, 50.0, 5e3}, Wires{0.0, 0.0, 0.0, 0.0}, Wires{1.0, 0.0, 0.0, 0.0},
                          Wires{0.0, 100.0, 50.0, 0.0}}) {
        const Matrix<double> g = random_conductances(20, 13, 23, 0.1), v = random_voltages(2, 20, 24);
        expect_same(solve_nonlinear(g, w, v, Linear{}), solve_linear(g, w, v), 1e-11, "linear law");
    }
}

TEST(NonlinearCrossbar, WithoutWiresIsTheSumOfTheCells)
{
    const Matrix<double> g = random_conductances(12, 5, 31), v = random_voltages(1, 12, 32);
    const double a = 20.0;
    const Matrix<double> current = solve_nonlinear(g, {}, v, SinhCell(a));
    for (std::size_t j = 0; j < 5; ++j) {
        double sum = 0.0;
        for (std::size_t i = 0; i < 12; ++i)
            sum += g(i, j) * std::sinh(a * v(0, i)) / a;
        EXPECT_NEAR(current(0, j), sum, 1e-12 * std::abs(sum));
    }
}

TEST(NonlinearCrossbar, ConvergesFarIntoTheExponential)
{
    const Matrix<double> g = random_conductances(16, 16, 41);
    const Matrix<double> v(1, 16, 3.0);
    const Wires w{5.0, 1000.0, 500.0, 1000.0};
    const Matrix<double> current = solve_nonlinear(g, w, v, SinhCell(10.0));
    // Charge conservation bounds it: no column can carry more than its sense resistance allows at 3 V.
    for (const double i : current.row(0)) {
        EXPECT_GT(i, 0.0);
        EXPECT_LT(i, 3.0 / 500.0);
    }
    const Matrix<double> mirrored = solve_nonlinear(g, w, Matrix<double>(1, 16, -3.0), SinhCell(10.0));
    for (std::size_t j = 0; j < 16; ++j)
        EXPECT_NEAR(mirrored(0, j), -current(0, j), 1e-10 * current(0, j));
}

TEST(NonlinearCrossbar, SaysSoWhenItDoesNotConverge)
{
    const Matrix<double> g = random_conductances(8, 8, 43);
    const Matrix<double> v(2, 8, 0.5);
    NewtonOptions options;
    options.max_iterations = 1;
    EXPECT_THROW(solve_nonlinear(g, {1.0, 100.0, 50.0, 0.0}, v, SinhCell(10.0), options), RunError);
}

TEST(CellLaw, BehindAResistanceSatisfiesOhmsLaw)
{
    const SinhCell law(12.0);
    for (const double v : {-2.0, -0.1, 1e-6, 0.05, 0.5, 4.0}) {
        const CellPoint p = law.behind(5e3, 3e-5, v);
        EXPECT_NEAR(law.at(3e-5, v - 5e3 * p.current_a).current_a, p.current_a, 1e-11 * std::abs(p.current_a));
        const double h = 1e-6;
        const double slope =
            (law.behind(5e3, 3e-5, v + h).current_a - law.behind(5e3, 3e-5, v - h).current_a) / (2 * h);
        EXPECT_NEAR(p.slope_s, slope, 1e-6 * slope);
    }
}

TEST(Crossbar, RejectsWhatIsNotACircuit)
{
    Matrix<double> g(2, 2, 1e-5);
    EXPECT_THROW(transfer_matrix({}, {}), std::invalid_argument);
    EXPECT_THROW(transfer_matrix(g, {-1.0, 0, 0, 0}), std::invalid_argument);
    EXPECT_THROW(solve_linear(g, {}, Matrix<double>(1, 3)), std::invalid_argument);
    g(1, 0) = -1e-9;
    EXPECT_THROW(transfer_matrix(g, {}), std::invalid_argument);
    g(1, 0) = std::nan("");
    EXPECT_THROW(solve_linear(g, {}, Matrix<double>(1, 2)), std::invalid_argument);
}
