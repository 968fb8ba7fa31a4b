#include "devices/crossbar/network.h"

#include <cmath>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "devices/crossbar/newton.h"

namespace imc::devices
{

namespace
{

void check_gate(const Matrix<double>& conductance_s, const Wires& wires, double read_voltage_v,
                const Matrix<unsigned char>& active)
{
    check_network(conductance_s, wires);
    if (wires.source_ohm != 0.0)
        throw std::invalid_argument(fmt::format(
            "with gate drive the source lines are ideal: source resistance must be 0, got {} ohm", wires.source_ohm));
    if (!std::isfinite(read_voltage_v))
        throw std::invalid_argument(fmt::format("read voltage must be finite, got {} V", read_voltage_v));
    if (active.cols() != conductance_s.rows())
        throw std::invalid_argument(
            fmt::format("{} row states per phase for an array of {} rows", active.cols(), conductance_s.rows()));
}

/// Bit lines with cells i = g·v + i₀ to the source line; one ladder per column.
class BitLines final : public LinearWires
{
public:
    BitLines(std::size_t rows, std::size_t columns, const Wires& wires, double read_voltage_v)
        : wires_(wires), read_v_(read_voltage_v), above_(rows, columns), conducted_(rows, columns)
    {
    }

    void solve(const Matrix<double>& g, const Matrix<double>& i0, Matrix<double>& voltage,
               std::span<double> current) override
    {
        const std::size_t rows = g.rows(), columns = g.cols();
        for (std::size_t j = 0; j < columns; ++j) {
            // What lies above, seen from this row: a current source with a conductance.
            double source = 0.0, conductance = 0.0;
            for (std::size_t i = 0; i < rows; ++i) {
                if (i > 0) {
                    const double pass = 1.0 / (1.0 + wires_.wire_ohm * conductance);
                    source *= pass;
                    conductance *= pass;
                }
                above_(i, j) = source;
                conducted_(i, j) = conductance;
                source += g(i, j) * read_v_ + i0(i, j);
                conductance += g(i, j);
            }
            const double sensed = source / (1.0 + wires_.sense_ohm * conductance);
            current[j] = sensed;
            double node = wires_.sense_ohm * sensed;
            for (std::size_t i = rows; i-- > 0;) {
                voltage(i, j) = read_v_ - node;
                node += wires_.wire_ohm * (above_(i, j) - conducted_(i, j) * node);
            }
        }
    }

private:
    Wires wires_;
    double read_v_;
    Matrix<double> above_, conducted_;
};

} // namespace

Matrix<double> solve_gate_drive(const Matrix<double>& conductance_s, const Wires& wires, double read_voltage_v,
                                const Matrix<unsigned char>& active)
{
    check_gate(conductance_s, wires, read_voltage_v, active);
    const std::size_t rows = conductance_s.rows(), columns = conductance_s.cols();
    Matrix<double> cells(conductance_s);
    for (double& g : cells.flat())
        g /= 1.0 + wires.access_ohm * g;
    // The sweep down a bit line needs the rows in order; columns are independent and go side by side. The
    // conductance seen does not depend on the voltage, and all cells share it, so the source is v·conductance.
    Matrix<double> current(active.rows(), columns);
    std::vector<double> seen(columns);
    for (std::size_t k = 0; k < active.rows(); ++k) {
        std::fill(seen.begin(), seen.end(), 0.0);
        for (std::size_t i = 0; i < rows; ++i) {
            const double* g = cells.row(i).data();
            const double on = active(k, i) ? 1.0 : 0.0;
            for (std::size_t j = 0; j < columns; ++j)
                seen[j] = seen[j] / (1.0 + wires.wire_ohm * seen[j]) + on * g[j];
        }
        for (std::size_t j = 0; j < columns; ++j)
            current(k, j) = read_voltage_v * seen[j] / (1.0 + wires.sense_ohm * seen[j]);
    }
    return current;
}

Matrix<double> gate_drive_variance(const Matrix<double>& conductance_s, const Wires& wires, double read_voltage_v,
                                   const Matrix<unsigned char>& active, const Matrix<double>& variance_s2)
{
    check_gate(conductance_s, wires, read_voltage_v, active);
    const std::size_t rows = conductance_s.rows(), columns = conductance_s.cols();
    if (variance_s2.rows() != rows || variance_s2.cols() != columns)
        throw std::invalid_argument(fmt::format("variances of {}×{} for an array of {}×{}", variance_s2.rows(),
                                                variance_s2.cols(), rows, columns));
    const auto fourth = [](double x) { return x * x * x * x; };
    Matrix<double> cells(conductance_s), variances(variance_s2);
    for (std::size_t n = 0; n < cells.size(); ++n) {
        // In series with the access resistance r: ∂(G/(1 + rG))/∂G = 1/(1 + rG)².
        const double series = 1.0 / (1.0 + wires.access_ohm * cells.flat()[n]);
        cells.flat()[n] *= series;
        variances.flat()[n] *= fourth(series);
    }
    // As the conductance seen down the bit line, s' = s/(1 + r·s) + g, so its variance: ∂s'/∂s = 1/(1 + r·s)².
    Matrix<double> out(active.rows(), columns);
    std::vector<double> seen(columns), variance(columns);
    for (std::size_t k = 0; k < active.rows(); ++k) {
        std::fill(seen.begin(), seen.end(), 0.0);
        std::fill(variance.begin(), variance.end(), 0.0);
        for (std::size_t i = 0; i < rows; ++i) {
            const double *g = cells.row(i).data(), *own = variances.row(i).data();
            const double on = active(k, i) ? 1.0 : 0.0;
            for (std::size_t j = 0; j < columns; ++j) {
                const double pass = 1.0 / (1.0 + wires.wire_ohm * seen[j]);
                variance[j] = variance[j] * fourth(pass) + on * own[j];
                seen[j] = seen[j] * pass + on * g[j];
            }
        }
        for (std::size_t j = 0; j < columns; ++j)
            out(k, j) = read_voltage_v * read_voltage_v * variance[j] * fourth(1.0 / (1.0 + wires.sense_ohm * seen[j]));
    }
    return out;
}

Matrix<double> solve_gate_drive(const Matrix<double>& conductance_s, const Wires& wires, double read_voltage_v,
                                const Matrix<unsigned char>& active, const CellLaw& law, const NewtonOptions& options)
{
    check_gate(conductance_s, wires, read_voltage_v, active);
    const std::size_t columns = conductance_s.cols();
    BitLines lines(conductance_s.rows(), columns, wires, read_voltage_v);
    Matrix<double> current(active.rows(), columns);
    for (std::size_t k = 0; k < active.rows(); ++k) {
        const Cells cells{conductance_s, law, wires.access_ohm, active.row(k).data()};
        newton(lines, cells, std::abs(read_voltage_v), options, fmt::format("phase {}", k), current.row(k));
    }
    return current;
}

} // namespace imc::devices
