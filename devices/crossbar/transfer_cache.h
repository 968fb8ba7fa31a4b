#pragma once

#include <filesystem>

#include "devices/crossbar/network.h"

/// Solutions of networks, kept in a folder by content: a file is named by a hash of what is asked, conductances and
/// resistances, to the bit, and holds the matrix with a check sum. A file that is cut off or damaged is replaced.
/// Several processes may share a folder. An empty folder name: nothing is kept. All throw ConfigError if the folder
/// cannot be written.

namespace imc::devices
{

/// transfer_matrix().
Matrix<double> transfer_matrix(const Matrix<double>& conductance_s, const Wires& wires,
                               const std::filesystem::path& cache);

/// column_sensitivity(), whose one costly part, the voltages of all cells with every row driven, is kept.
Sensitivity column_sensitivity(const Matrix<double>& conductance_s, const Wires& wires, const Matrix<double>& transfer,
                               const std::filesystem::path& cache);

} // namespace imc::devices
