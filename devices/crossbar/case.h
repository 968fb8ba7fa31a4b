#pragma once

#include <vector>

#include "devices/crossbar/network.h"
#include "sim/base/config/visitor.h"

namespace imc::devices
{

enum class CellIv { linear, sinh };
enum class InputDrive { row_voltage, gate };

struct CellConfig {
    CellIv iv = CellIv::linear;
    double a_per_v = 0.0;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// One crossbar alone, as `imcsim crossbar` takes it. Tables are in rows of the array (conductances) or one row
/// per input vector or phase (voltages, active rows).
struct CrossbarCase {
    std::vector<std::vector<double>> conductance_s;
    InputDrive input_drive = InputDrive::row_voltage;
    std::vector<std::vector<double>> voltage_v;
    double read_voltage_v = 0.2;
    std::vector<std::vector<double>> active_rows;
    Wires wires;
    CellConfig cell;
    NewtonOptions newton;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;

    /// Column currents in amperes, one row per input vector or phase.
    Matrix<double> solve() const;
};

} // namespace imc::devices
