#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "devices/crossbar/network.h"
#include "devices/matrix.h"
#include "devices/programmed_array.h"

namespace imc::values
{

/// What an array is made of at present, for whoever computes its results by other means (the modules of arch/circuit).
/// Converted columns are in the order of EncodedArray.
struct ArrayView {
    /// Cell columns in siemens, as reads find them: drift, slow noise and wires are in them, and they are whole steps
    /// of the grid. With gate drive the cells themselves. Empty: ideal cells.
    Matrix<double> conductance_s;
    double on_s = 0.0;                         ///< of the top level
    double off_s = 0.0;                        ///< of level 0
    std::vector<devices::ColumnError> columns; ///< of the cell columns; empty: none
    std::vector<double> step_units;            ///< units per code of each converted column
    std::vector<double> compensation;          ///< digital factor of each converted column; empty: none
    std::vector<std::uint32_t> steps; ///< names each converted column's own steps (step_threshold); empty: equal
    std::optional<devices::Wires> gate_wires;
};

} // namespace imc::values
