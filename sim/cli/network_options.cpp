#include "sim/cli/network_options.h"

#include <charconv>

#include "sim/base/errors.h"
#include "workloads/transform/randomise.h"

namespace imc::cli
{

void NetworkOptions::declare(Options& options)
{
    options.values("dim", dimensions, "SYMBOL=N", "value of a free dimension of the file, default 1");
    options.values("input-name", inputs, "NAME",
                   "which of the file's inputs is one, the others being weights without data");
}

ImportOptions NetworkOptions::import_options() const
{
    ImportOptions options;
    options.inputs = inputs;
    for (const std::string& text : dimensions) {
        const std::size_t at = text.rfind('=');
        std::int64_t value = 0;
        const char* end = text.data() + text.size();
        if (at == std::string::npos || at == 0 || std::from_chars(text.data() + at + 1, end, value).ptr != end ||
            at + 1 == text.size() || value < 1)
            throw ConfigError("--dim " + text, "expected SYMBOL=N with N of at least 1");
        options.dimensions[text.substr(0, at)] = value;
    }
    return options;
}

void NetworkOptions::declare_weights(Options& options)
{
    options.value("weights", weights, "file|random|none",
                  "file: those the file has; random: drawn where it has none; none: shapes only");
    options.value("seed", seed, "N", "seed of random weights");
}

Graph NetworkOptions::with_weights(Graph graph) const
{
    if (weights == "random")
        return with_random_weights(graph, static_cast<std::uint64_t>(seed));
    if (weights == "none")
        return without_weights(std::move(graph));
    if (weights != "file")
        throw ConfigError("--weights " + weights, "expected file, random or none");
    return graph;
}

} // namespace imc::cli
