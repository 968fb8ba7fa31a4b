#include "devices/crossbar/network.h"

#include <vector>

#include "devices/crossbar/ladder.h"

namespace imc::devices
{

Sensitivity column_sensitivity(const Matrix<double>& conductance_s, const Wires& wires, const Matrix<double>& transfer,
                               const Matrix<double>& together)
{
    const std::size_t rows = conductance_s.rows(), columns = conductance_s.cols();
    Matrix<double> cells(conductance_s), in(rows, columns), out(rows, columns);
    for (double& g : cells.flat())
        g /= 1.0 + wires.access_ohm * g;
    // In: the cell's voltage with 1 V on its row. The row node as its ladder has it with the columns at 0 V, less
    // what the cell's own current lifts its column. Out: the same seen from the column's end (reciprocity).
    Ladder row(columns, wires.source_ohm, wires.wire_ohm);
    for (std::size_t i = 0; i < rows; ++i) {
        row.set(cells.row(i));
        const double down = wires.sense_ohm + wires.wire_ohm * static_cast<double>(rows - 1 - i);
        for (std::size_t j = 0; j < columns; ++j)
            in(i, j) = row.drive()[j] - transfer(i, j) * down;
    }
    Ladder column(rows, wires.sense_ohm, wires.wire_ohm);
    std::vector<double> upwards(rows);
    for (std::size_t j = 0; j < columns; ++j) {
        for (std::size_t i = 0; i < rows; ++i)
            upwards[rows - 1 - i] = cells(i, j);
        column.set(upwards);
        const double back = wires.source_ohm + wires.wire_ohm * static_cast<double>(j);
        for (std::size_t i = 0; i < rows; ++i)
            out(i, j) = column.drive()[rows - 1 - i] - transfer(i, j) * back;
    }
    Sensitivity s{Matrix<double>(rows, columns), Matrix<double>(rows, columns)};
    for (std::size_t n = 0; n < cells.size(); ++n) {
        // The bare cell's change acts on cell and access resistance in series by its square.
        const double series = 1.0 / (1.0 + wires.access_ohm * conductance_s.flat()[n]);
        s.own.flat()[n] = in.flat()[n] * out.flat()[n] * series * series;
        s.all.flat()[n] = together.flat()[n] * out.flat()[n] * series * series;
    }
    return s;
}

} // namespace imc::devices
