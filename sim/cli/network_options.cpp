#include "sim/cli/network_options.h"

#include <charconv>

#include "sim/base/errors.h"

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

} // namespace imc::cli
