#pragma once

#include <string>
#include <vector>

#include "sim/cli/options.h"
#include "workloads/lower/build.h"

namespace imc::cli
{

/// The options of every command that reads a network file.
struct NetworkOptions {
    std::vector<std::string> dimensions;
    std::vector<std::string> inputs;

    void declare(Options& options);
    /// Throws ConfigError if a value is malformed.
    ImportOptions import_options() const;
};

} // namespace imc::cli
