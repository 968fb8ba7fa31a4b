#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "devices/crossbar/cell_law.h"
#include "devices/matrix.h"

/// Exact solution of a crossbar's resistive network. Circuit and conventions: README.md beside this file.
namespace imc::devices
{

/// Resistances of the network; each may be 0, which is solved as the exact limit.
struct Wires {
    double wire_ohm = 0.0;   ///< between neighbouring cells, on row and column wires alike
    double source_ohm = 0.0; ///< row driver to the first cell
    double sense_ohm = 0.0;  ///< last cell of a column to the virtual ground
    double access_ohm = 0.0; ///< in series with each cell
};

/// Throws std::invalid_argument naming the element if a conductance is negative or not finite, or the array
/// is empty; likewise for resistances.
void check_network(const Matrix<double>& conductance_s, const Wires& wires);

/// Transfer matrix of a linear array with driven rows: T(i, j) = current of column j per volt on row i, in
/// siemens, so that column currents are V·T for every input. For N rows and M columns, m = min(N, M),
/// n = max(N, M): n·m³ + (N·M)² multiply-adds at most, memory O(N·M).
Matrix<double> transfer_matrix(const Matrix<double>& conductance_s, const Wires& wires);

/// Column currents in amperes, one row per input vector (`voltage_v`: vectors × N). Linear cells; carries the
/// vectors themselves through the elimination, cheaper than the transfer matrix where they are few.
Matrix<double> solve_linear(const Matrix<double>& conductance_s, const Wires& wires, const Matrix<double>& voltage_v);

/// Voltage across every cell (its access resistance included) of a linear array for one input vector.
Matrix<double> cell_voltages(const Matrix<double>& conductance_s, const Wires& wires,
                             std::span<const double> voltage_v);

/// How a column's current follows its own cells: ∂I(j)/∂G(i, j) in volts.
struct Sensitivity {
    Matrix<double> own; ///< with 1 V on row i alone
    Matrix<double> all; ///< with 1 V on every row
};

/// From the transfer matrix and one more solution, the cells' voltages `together` with 1 V on every row: the product of
/// the cell's voltage and of what an ampere across the cell adds to the column's current. To first order in what cells
/// do to each other within a row or column; what a cell does to other columns is left out. Within 2 % where wires take
/// a third of the current.
Sensitivity column_sensitivity(const Matrix<double>& conductance_s, const Wires& wires, const Matrix<double>& transfer,
                               const Matrix<double>& together);

struct NewtonOptions {
    int max_iterations = 100;
    double tolerance = 1e-12; ///< largest change of a cell's voltage, relative to the largest input voltage
};

/// The same with nonlinear cells, by damped Newton iterations per vector. Throws RunError naming the vector and
/// the remaining change if an iteration does not converge. Memory 8·N·M² bytes.
Matrix<double> solve_nonlinear(const Matrix<double>& conductance_s, const Wires& wires, const Matrix<double>& voltage_v,
                               const CellLaw& law, const NewtonOptions& options = {});

/// Gate drive: rows whose entry in `active` (phases × N) is true connect their cells between a source line
/// ideal at `read_voltage_v` and the column's bit line; the others are open. Each column is a ladder of its
/// own. `wires.source_ohm` must be 0. Result: phases × M amperes.
Matrix<double> solve_gate_drive(const Matrix<double>& conductance_s, const Wires& wires, double read_voltage_v,
                                const Matrix<unsigned char>& active);
/// Variances of those currents (phases × M, A²) where every cell fluctuates on its own with `variance_s2` (as the
/// cells, S²), to first order: Σ variance·(∂I/∂G)² over the active rows.
Matrix<double> gate_drive_variance(const Matrix<double>& conductance_s, const Wires& wires, double read_voltage_v,
                                   const Matrix<unsigned char>& active, const Matrix<double>& variance_s2);
Matrix<double> solve_gate_drive(const Matrix<double>& conductance_s, const Wires& wires, double read_voltage_v,
                                const Matrix<unsigned char>& active, const CellLaw& law,
                                const NewtonOptions& options = {});

} // namespace imc::devices
