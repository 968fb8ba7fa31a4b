#pragma once

#include <filesystem>

#include "devices/crossbar/network.h"

namespace imc::devices
{

/// transfer_matrix(), kept in a folder by content: a file is named by a hash of conductances and resistances, to the
/// bit, and holds the matrix with a check sum. A file that is cut off or damaged is replaced. Several processes may
/// share a folder. An empty folder name: nothing is kept. Throws ConfigError if the folder cannot be written.
Matrix<double> transfer_matrix(const Matrix<double>& conductance_s, const Wires& wires,
                               const std::filesystem::path& cache);

} // namespace imc::devices
