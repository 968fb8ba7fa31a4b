#include "devices/crossbar/case.h"

#include <fmt/format.h>

namespace imc::devices
{

namespace
{

constexpr config::Choice<CellIv> cell_ivs[] = {{"linear", CellIv::linear, "I = G·v"},
                                               {"sinh", CellIv::sinh, "I = G·sinh(a·v)/a"}};
constexpr config::Choice<InputDrive> input_drives[] = {
    {"row_voltage", InputDrive::row_voltage, "rows driven by voltages, all cells connected"},
    {"gate", InputDrive::gate, "word lines switch cells between ideal source lines and the bit lines"}};

template <class T> Matrix<T> matrix_of(const std::vector<std::vector<double>>& rows)
{
    Matrix<T> matrix(rows.size(), rows.empty() ? 0 : rows[0].size());
    for (std::size_t i = 0; i < matrix.rows(); ++i)
        for (std::size_t j = 0; j < matrix.cols(); ++j)
            matrix(i, j) = static_cast<T>(rows[i][j]);
    return matrix;
}

} // namespace

void CellConfig::fields(config::Visitor& v)
{
    v.choice("iv", iv, cell_ivs, "current over voltage");
    v.real("a_per_v", a_per_v, {0, 1000}, unit::none, "a of the sinh law, in 1/V");
}

void CellConfig::check(const config::Place& place) const
{
    if (iv == CellIv::sinh && !(a_per_v > 0.0))
        place.fail("a_per_v", "must be given and positive for sinh cells");
}

void CrossbarCase::fields(config::Visitor& v)
{
    using config::Presence;
    v.table("conductance_siemens", conductance_s, {0, 1e6}, unit::siemens, "low-field conductance per row and column",
            Presence::required);
    v.choice("input_drive", input_drive, input_drives, "what the inputs switch");
    v.table("voltage_v", voltage_v, {-1e3, 1e3}, unit::volts, "row voltages, one row per input vector");
    v.real("read_voltage_v", read_voltage_v, {-1e3, 1e3}, unit::volts, "source lines (gate drive)");
    v.table("active_rows", active_rows, {0, 1}, unit::none, "1 for rows switched on, one row per phase (gate drive)");
    v.real("wire_resistance_ohm", wires.wire_ohm, {0, 1e12}, unit::ohms, "wire between neighbouring cells");
    v.real("source_resistance_ohm", wires.source_ohm, {0, 1e12}, unit::ohms, "row driver");
    v.real("sense_resistance_ohm", wires.sense_ohm, {0, 1e12}, unit::ohms, "column end to virtual ground");
    v.real("access_resistance_ohm", wires.access_ohm, {0, 1e12}, unit::ohms, "in series with each cell");
    v.section("cell", cell, "the cell's law");
    v.integer("newton_iterations", newton.max_iterations, {1, 10000}, unit::none, "limit for nonlinear cells");
    v.real("newton_tolerance", newton.tolerance, {1e-15, 1e-2}, unit::none,
           "largest change of a cell voltage at the end, relative to the largest input voltage");
}

void CrossbarCase::check(const config::Place& place) const
{
    if (conductance_s.empty() || conductance_s[0].empty())
        place.fail("conductance_siemens", "the array has no cells");
    const bool gate = input_drive == InputDrive::gate;
    const char* key = gate ? "active_rows" : "voltage_v";
    const auto& inputs = gate ? active_rows : voltage_v;
    if (inputs.empty())
        place.fail(key, "is missing or empty");
    if (inputs[0].size() != conductance_s.size())
        place.fail(key, fmt::format("has {} values per vector, the array has {} rows", inputs[0].size(),
                                    conductance_s.size()));
    if (!(gate ? voltage_v : active_rows).empty())
        place.fail(gate ? "voltage_v" : "active_rows",
                   fmt::format("does not belong to input_drive '{}'", gate ? "gate" : "row_voltage"));
    if (gate && wires.source_ohm != 0.0)
        place.fail("source_resistance_ohm", "must be 0 with gate drive, where the source lines are ideal");
    for (std::size_t k = 0; gate && k < active_rows.size(); ++k)
        for (std::size_t i = 0; i < active_rows[k].size(); ++i)
            if (const double on = active_rows[k][i]; on != 0.0 && on != 1.0)
                place.fail(fmt::format("active_rows[{}][{}]", k, i), fmt::format("must be 0 or 1, got {}", on));
}

Matrix<double> CrossbarCase::solve() const
{
    const Matrix<double> g = matrix_of<double>(conductance_s);
    if (input_drive == InputDrive::gate) {
        const Matrix<unsigned char> active = matrix_of<unsigned char>(active_rows);
        return cell.iv == CellIv::linear
                   ? solve_gate_drive(g, wires, read_voltage_v, active)
                   : solve_gate_drive(g, wires, read_voltage_v, active, SinhCell(cell.a_per_v), newton);
    }
    const Matrix<double> v = matrix_of<double>(voltage_v);
    return cell.iv == CellIv::linear ? solve_linear(g, wires, v)
                                     : solve_nonlinear(g, wires, v, SinhCell(cell.a_per_v), newton);
}

} // namespace imc::devices
