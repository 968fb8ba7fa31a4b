#pragma once

#include <vector>

#include "devices/matrix.h"

namespace imc::devices
{

enum class Compensation { none, global, column };
const char* name(Compensation kind);

/// Digital factors, one per column, that undo the mean drift of an array. Both arguments are read-outs with
/// one-hot inputs (row i of the matrix: column outputs with only row i driven) in any one unit: once right after
/// programming, once now; differential pairs enter as their difference. The factor is α₀/α with α the mean of
/// |read-out| over the array (global) or over a column, but at least `floor` (aihwkit GlobalDriftCompensation,
/// src/aihwkit/inference/compensation/drift.py: 1e-4 of the largest weight). Each read-out costs one operation
/// per row, to be booked by whoever takes it. Throws std::invalid_argument if the sizes differ.
std::vector<double> compensation_factors(const Matrix<double>& before, const Matrix<double>& now, Compensation kind,
                                         double floor);

} // namespace imc::devices
