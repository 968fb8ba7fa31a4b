#include <cmath>
#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "tests/values/constant_curve.h"
#include "tests/values/values_support.h"

using namespace imc;
using namespace imc::values;

// Read noise through wires: what arrays add to column sums against redrawing every cell and solving the circuit.

namespace
{

constexpr std::size_t n = 48;
constexpr double level = 25e-6;

/// Cells that fluctuate by `amplitude` of their largest conductance per root of the band, and by `white_s`.
Physics noisy(double amplitude, double white_s)
{
    devices::DeviceConfig d;
    d.name = "noisy";
    d.max_s = level;
    devices::ReadNoiseConfig noise;
    noise.scale = devices::NoiseScale::absolute;
    noise.amplitude = test::constant(amplitude);
    noise.white_s = white_s;
    d.read_noise = noise;
    Physics p;
    p.device = std::make_shared<const devices::DeviceModel>(d);
    return p;
}

/// All cells at the top level, one bit each.
ArraySpec all_on()
{
    ArraySpec c;
    c.rows = c.columns = int(n);
    c.cell_bits = c.weight_bits = c.input_bits = 1;
    c.encoding = Encoding::twos_complement;
    c.adc.range = AdcRange::ideal;
    return c;
}

/// Over all columns: the root of the mean variance of what `draw(k)` gives.
double deviation(std::size_t draws, const std::function<std::vector<double>(std::size_t)>& draw)
{
    std::vector<double> sum(n, 0.0), squares(n, 0.0);
    for (std::size_t k = 0; k < draws; ++k) {
        const std::vector<double> y = draw(k);
        for (std::size_t j = 0; j < n; ++j) {
            sum[j] += y[j];
            squares[j] += y[j] * y[j];
        }
    }
    double variance = 0.0;
    const auto count = static_cast<double>(draws);
    for (std::size_t j = 0; j < n; ++j)
        variance += (squares[j] - sum[j] * sum[j] / count) / (count - 1.0) / static_cast<double>(n);
    return std::sqrt(variance);
}

struct Rows {
    Matrix<std::int32_t> inputs{1, n};
    Matrix<double> volts{1, n};
    Matrix<unsigned char> on{1, n};
};

Rows some_rows(double share, RandomStream& random)
{
    Rows rows;
    for (std::size_t i = 0; i < n; ++i) {
        const bool on = random.uniform() < share;
        rows.inputs(0, i) = on;
        rows.volts(0, i) = on;
        rows.on(0, i) = on;
    }
    return rows;
}

/// One array of all-on cells with Gaussian deviations.
Matrix<double> cells(double sigma, RandomStream& random)
{
    Matrix<double> g(n, n);
    for (double& cell : g.flat())
        cell = level + sigma * random.normal();
    return g;
}

std::vector<double> row_of(const Matrix<double>& m, double scale)
{
    std::vector<double> out(m.row(0).begin(), m.row(0).end());
    for (double& x : out)
        x *= scale;
    return out;
}

} // namespace

TEST(NoiseThroughWires, FastMatchesMonteCarloOfTheCells)
{
    const double sigma = 0.5e-6;
    Physics p = noisy(0.0, sigma);
    p.wires = devices::Wires{4.0, 200.0, 100.0, 0.0};
    const Contraction contraction(all_on(), Matrix<std::int32_t>(n, n, -1), &p);
    RandomStream random(3, "monte carlo");
    for (const double share : {1.0, 0.5, 0.2}) {
        const Rows rows = some_rows(share, random);
        const double sums =
            deviation(2000, [&](std::size_t k) { return row_of(contraction.run(rows.inputs, k), level); });
        const double redrawn = deviation(400, [&](std::size_t) {
            return row_of(devices::solve_linear(cells(sigma, random), *p.wires, rows.volts), 1.0);
        });
        EXPECT_NEAR(sums / redrawn, 1.0, 0.03) << share;
    }
}

TEST(NoiseThroughWires, SlowMatchesMonteCarloOfTheCells)
{
    const double sigma = 0.5e-6, band = std::log((1000.0 + 250e-9) / 500e-9);
    Physics p = noisy(0.5 / std::sqrt(band), 0.0);
    p.moment.time_s = 1000.0;
    p.wires = devices::Wires{4.0, 200.0, 100.0, 0.0};
    Contraction contraction(all_on(), Matrix<std::int32_t>(n, n, -1), &p);
    RandomStream random(4, "monte carlo");
    for (const double share : {1.0, 0.5, 0.2}) {
        const Rows rows = some_rows(share, random);
        const double sums = deviation(1000, [&](std::size_t k) {
            contraction.begin_hold(k);
            return row_of(contraction.run(rows.inputs), level);
        });
        const double redrawn = deviation(400, [&](std::size_t) {
            return row_of(devices::solve_linear(cells(sigma, random), *p.wires, rows.volts), 1.0);
        });
        EXPECT_NEAR(sums / redrawn, 1.0, 0.03) << share;
    }
}

TEST(NoiseThroughWires, OfGateDriveMatchesMonteCarloOfTheCells)
{
    const double sigma = 0.5e-6, band = std::log((1000.0 + 250e-9) / 500e-9);
    const devices::Wires wires{20.0, 0.0, 400.0, 5e3};
    RandomStream random(5, "monte carlo");
    for (const bool slow : {false, true}) {
        Physics p = slow ? noisy(0.5 / std::sqrt(band), 0.0) : noisy(0.0, sigma);
        p.moment.time_s = slow ? 1000.0 : 0.0;
        p.wires = wires;
        p.drive = InputDrive::gate;
        Contraction contraction(all_on(), Matrix<std::int32_t>(n, n, -1), &p);
        for (const double share : {1.0, 0.5, 0.1}) {
            const Rows rows = some_rows(share, random);
            const double sums = deviation(1000, [&](std::size_t k) {
                contraction.begin_hold(k);
                return row_of(contraction.run(rows.inputs, k), level);
            });
            const double redrawn = deviation(1000, [&](std::size_t) {
                return row_of(devices::solve_gate_drive(cells(sigma, random), wires, 1.0, rows.on), 1.0);
            });
            EXPECT_NEAR(sums / redrawn, 1.0, 0.03) << (slow ? "slow, " : "fast, ") << share;
            if (share == 1.0) {
                EXPECT_LT(sums, 0.8 * sigma * std::sqrt(static_cast<double>(n))) << "wires weaken it";
            }
        }
    }
}
