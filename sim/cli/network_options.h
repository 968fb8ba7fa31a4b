#pragma once

#include <string>
#include <vector>

#include "sim/base/cli/options.h"
#include "workloads/lower/build.h"

namespace imc::cli
{

/// The options of every command that reads a network file.
struct NetworkOptions {
    std::vector<std::string> dimensions;
    std::vector<std::string> inputs;
    std::string weights = "file";
    std::int64_t seed = 1;

    void declare(Options& options);
    /// Throws ConfigError if a value is malformed.
    ImportOptions import_options() const;

    /// --weights and --seed, for commands that need values.
    void declare_weights(Options& options);
    /// The graph with the weights asked for. Throws ConfigError if --weights is neither file, random nor none.
    Graph with_weights(Graph graph) const;
};

} // namespace imc::cli
