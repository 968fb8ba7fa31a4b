#include "sim/cli/case_command.h"

#include <vector>

namespace imc::cli
{

std::optional<CaseArguments> read_case(Options& options, std::span<const std::string> args)
{
    std::filesystem::path file, out;
    std::vector<std::string> settings;
    options.argument("CASE.json", file);
    options.values("set", settings, "PATH=VALUE", "change one value of the case");
    options.value("out", out, "FILE", "write here instead of to standard output");
    if (!options.parse(args))
        return std::nullopt;
    config::Document document = config::Document::load(file);
    for (const std::string& setting : settings)
        document.set(setting);
    return CaseArguments{file, std::move(document), out};
}

} // namespace imc::cli
