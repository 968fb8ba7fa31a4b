#pragma once

#include <filesystem>

#include "workloads/graph.h"
#include "workloads/lower/build.h"

namespace imc
{

/// Reads a network: ONNX, or JSON of the schema imcsim.network/1 (told apart by the first character).
/// Throws ConfigError if it cannot be read, is inconsistent, or has an operator that is not supported
/// (all of them are named).
Graph load_network(const std::filesystem::path& file, const ImportOptions& options = {});

/// The same, but operators that are not supported are listed instead of thrown.
Import import_network(const std::filesystem::path& file, const ImportOptions& options = {});

} // namespace imc
