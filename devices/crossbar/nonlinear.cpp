#include "devices/crossbar/network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "devices/crossbar/column_elimination.h"
#include "devices/crossbar/ladder.h"
#include "devices/crossbar/newton.h"

namespace imc::devices
{

namespace
{

/// The wires of a crossbar with cells replaced by i = g·v + i₀: solves for every cell's voltage.
class RowDrivenWires final : public LinearWires
{
public:
    RowDrivenWires(std::size_t rows, std::size_t columns, const Wires& wires)
        : rows_(rows), columns_(columns), wires_(wires), below_(rows), ladders_()
    {
        ladders_.reserve(rows);
        for (std::size_t i = 0; i < rows; ++i)
            ladders_.emplace_back(columns, wires.source_ohm, wires.wire_ohm);
    }

    void drive(std::span<const double> voltage) { drive_ = voltage; }

    void solve(const Matrix<double>& g, const Matrix<double>& i0, Matrix<double>& voltage,
               std::span<double> current) override
    {
        ColumnElimination elimination(columns_, 1, wires_);
        std::vector<double> injected(columns_), node(columns_), column(columns_);
        for (std::size_t i = 0; i < rows_; ++i) {
            Ladder& ladder = ladders_[i];
            ladder.set(g.row(i));
            for (std::size_t j = 0; j < columns_; ++j)
                injected[j] = -i0(i, j);
            ladder.solve(drive_[i], injected, node);
            elimination.add_row(ladder);
            for (std::size_t j = 0; j < columns_; ++j)
                elimination.add_source(j, 0, g(i, j) * node[j] + i0(i, j));
            if (i + 1 == rows_)
                elimination.pass_sense(1);
            else
                elimination.pass_wire(1);
            keep(i, elimination);
        }
        for (std::size_t j = 0; j < columns_; ++j) {
            current[j] = elimination.current(j, 0);
            column[j] = wires_.sense_ohm * current[j];
        }
        for (std::size_t i = rows_; i-- > 0;) {
            if (i + 1 < rows_)
                climb(below_[i], column);
            for (std::size_t j = 0; j < columns_; ++j)
                injected[j] = g(i, j) * column[j] - i0(i, j);
            ladders_[i].solve(drive_[i], injected, node);
            for (std::size_t j = 0; j < columns_; ++j)
                voltage(i, j) = node[j] - column[j];
        }
    }

private:
    /// The Norton equivalent behind the wire segment below a row.
    struct Cut {
        std::vector<double> source;
        std::vector<double> admittance;
    };

    void keep(std::size_t i, const ColumnElimination& elimination)
    {
        if (wires_.wire_ohm == 0.0 || i + 1 == rows_)
            return;
        Cut& cut = below_[i];
        cut.source.resize(columns_);
        cut.admittance.resize(columns_ * columns_);
        for (std::size_t j = 0; j < columns_; ++j) {
            cut.source[j] = elimination.current(j, 0);
            for (std::size_t k = j; k < columns_; ++k)
                cut.admittance[j * columns_ + k] = cut.admittance[k * columns_ + j] = elimination.admittance(j, k);
        }
    }

    /// Column voltages one row up: c + wire·(J − K·c).
    void climb(const Cut& cut, std::vector<double>& column) const
    {
        if (wires_.wire_ohm == 0.0)
            return;
        std::vector<double> upper(column);
        for (std::size_t j = 0; j < columns_; ++j) {
            double f = cut.source[j];
            for (std::size_t k = 0; k < columns_; ++k)
                f -= cut.admittance[j * columns_ + k] * column[k];
            upper[j] += wires_.wire_ohm * f;
        }
        column.swap(upper);
    }

    std::size_t rows_, columns_;
    Wires wires_;
    std::span<const double> drive_;
    std::vector<Cut> below_;
    std::vector<Ladder> ladders_;
};

} // namespace

Matrix<double> cell_voltages(const Matrix<double>& conductance_s, const Wires& wires, std::span<const double> voltage_v)
{
    check_network(conductance_s, wires);
    if (voltage_v.size() != conductance_s.rows())
        throw std::invalid_argument(
            fmt::format("{} voltages for an array of {} rows", voltage_v.size(), conductance_s.rows()));
    RowDrivenWires network(conductance_s.rows(), conductance_s.cols(), wires);
    network.drive(voltage_v);
    Matrix<double> g(conductance_s), none(g.rows(), g.cols()), voltage(g.rows(), g.cols());
    for (double& x : g.flat())
        x /= 1.0 + wires.access_ohm * x;
    std::vector<double> current(g.cols());
    network.solve(g, none, voltage, current);
    return voltage;
}

Matrix<double> solve_nonlinear(const Matrix<double>& conductance_s, const Wires& wires, const Matrix<double>& voltage_v,
                               const CellLaw& law, const NewtonOptions& options)
{
    check_network(conductance_s, wires);
    const std::size_t rows = conductance_s.rows(), columns = conductance_s.cols();
    if (voltage_v.cols() != rows)
        throw std::invalid_argument(
            fmt::format("{} voltages per vector for an array of {} rows", voltage_v.cols(), rows));
    RowDrivenWires network(rows, columns, wires);
    const Cells cells{conductance_s, law, wires.access_ohm, nullptr};
    Matrix<double> current(voltage_v.rows(), columns);
    for (std::size_t k = 0; k < voltage_v.rows(); ++k) {
        double largest = 0.0;
        for (const double v : voltage_v.row(k))
            largest = std::max(largest, std::abs(v));
        network.drive(voltage_v.row(k));
        newton(network, cells, largest, options, fmt::format("input vector {}", k), current.row(k));
    }
    return current;
}

} // namespace imc::devices
