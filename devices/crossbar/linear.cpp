#include "devices/crossbar/network.h"

#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "devices/crossbar/column_elimination.h"
#include "devices/crossbar/ladder.h"

namespace imc::devices
{

void check_network(const Matrix<double>& conductance_s, const Wires& wires)
{
    if (conductance_s.empty())
        throw std::invalid_argument("the crossbar has no cells");
    for (std::size_t i = 0; i < conductance_s.rows(); ++i)
        for (std::size_t j = 0; j < conductance_s.cols(); ++j)
            if (const double g = conductance_s(i, j); !(g >= 0.0) || !std::isfinite(g))
                throw std::invalid_argument(
                    fmt::format("conductance [{}][{}] must be finite and not negative, got {} S", i, j, g));
    for (const double r : {wires.wire_ohm, wires.source_ohm, wires.sense_ohm, wires.access_ohm})
        if (!(r >= 0.0) || !std::isfinite(r))
            throw std::invalid_argument(fmt::format("a resistance must be finite and not negative, got {} ohm", r));
}

namespace
{

double in_series(double g, double ohm) { return g / (1.0 + ohm * g); }

/// Carries one source per row (`voltage` null), or the given vectors (columns of the result), to the bottom.
Matrix<double> eliminate(const Matrix<double>& g, const Wires& wires, const Matrix<double>* voltage)
{
    const std::size_t rows = g.rows(), columns = g.cols();
    const std::size_t sources = voltage ? voltage->rows() : rows;
    Ladder ladder(columns, wires.source_ohm, wires.wire_ohm);
    ColumnElimination elimination(columns, sources, wires);
    std::vector<double> cells(columns);
    for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t active = voltage ? sources : i + 1;
        if (i > 0)
            elimination.pass_wire(voltage ? sources : i);
        for (std::size_t j = 0; j < columns; ++j)
            cells[j] = in_series(g(i, j), wires.access_ohm);
        ladder.set(cells);
        elimination.add_row(ladder);
        for (std::size_t j = 0; j < columns; ++j) {
            const double q = cells[j] * ladder.drive()[j];
            if (!voltage)
                elimination.add_source(j, i, q);
            else
                for (std::size_t k = 0; k < sources; ++k)
                    elimination.add_source(j, k, q * (*voltage)(k, i));
        }
        if (i + 1 == rows)
            elimination.pass_sense(active);
    }
    Matrix<double> result(sources, columns);
    for (std::size_t k = 0; k < sources; ++k)
        for (std::size_t j = 0; j < columns; ++j)
            result(k, j) = elimination.current(j, k);
    return result;
}

double cost(double rows, double columns, double sources) { return rows * columns * columns * (columns + 2 * sources); }

} // namespace

Matrix<double> transfer_matrix(const Matrix<double>& conductance_s, const Wires& wires)
{
    check_network(conductance_s, wires);
    const std::size_t rows = conductance_s.rows(), columns = conductance_s.cols();
    if (columns <= rows)
        return eliminate(conductance_s, wires, nullptr);
    // A wide array is eliminated over its columns: by reciprocity the current of column j per volt on row i is
    // the current into row i per volt on column j, and exchanging wires, mirrored so that the drivers' end is
    // on the left and the sensed end at the bottom, gives an array of the same kind.
    Matrix<double> mirrored(columns, rows);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            mirrored(columns - 1 - j, rows - 1 - i) = conductance_s(i, j);
    const Wires exchanged{wires.wire_ohm, wires.sense_ohm, wires.source_ohm, wires.access_ohm};
    const Matrix<double> transposed = eliminate(mirrored, exchanged, nullptr);
    Matrix<double> result(rows, columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            result(i, j) = transposed(columns - 1 - j, rows - 1 - i);
    return result;
}

Matrix<double> solve_linear(const Matrix<double>& conductance_s, const Wires& wires, const Matrix<double>& voltage_v)
{
    check_network(conductance_s, wires);
    const std::size_t rows = conductance_s.rows(), columns = conductance_s.cols(), vectors = voltage_v.rows();
    if (voltage_v.cols() != rows)
        throw std::invalid_argument(
            fmt::format("{} voltages per vector for an array of {} rows", voltage_v.cols(), rows));
    const double r = double(rows), c = double(columns), v = double(vectors);
    const double whole = columns <= rows ? cost(r, c, r / 2) : cost(c, r, c / 2);
    if (vectors == 0 || cost(r, c, v) <= whole)
        return eliminate(conductance_s, wires, &voltage_v);
    const Matrix<double> transfer = transfer_matrix(conductance_s, wires);
    Matrix<double> current(vectors, columns);
    for (std::size_t k = 0; k < vectors; ++k)
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j)
                current(k, j) += voltage_v(k, i) * transfer(i, j);
    return current;
}

} // namespace imc::devices
