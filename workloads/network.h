#pragma once

#include <filesystem>

#include "workloads/graph.h"
#include "workloads/lower/build.h"

namespace imc
{

/// A network as its file states it: ONNX, or JSON of the schema imcsim.network/1 or imcsim.graph/1 (told apart by
/// the first character). Throws ConfigError if it cannot be read.
Model read_model(const std::filesystem::path& file);

/// Its graph. Throws ConfigError if it cannot be read, is inconsistent, or has an operator that is not supported
/// (all of them are named).
Graph load_network(const std::filesystem::path& file, const ImportOptions& options = {});

/// The same, but operators that are not supported are listed instead of thrown.
Import import_network(const std::filesystem::path& file, const ImportOptions& options = {});

} // namespace imc
