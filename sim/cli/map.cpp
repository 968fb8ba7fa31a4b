#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/config/document.h"
#include "sim/cli/commands.h"
#include "sim/run/map_report.h"
#include "sim/run/run.h"

namespace imc::cli
{

int run_map(std::span<const std::string> args)
{
    std::filesystem::path file;
    std::vector<std::string> assignments;
    bool json = false;
    Options options("map", "EXPERIMENT.json",
                    "Lays a network out on a chip: what sits where, what each layer needs, what does not fit.");
    options.argument("EXPERIMENT.json", file);
    options.values("set", assignments, "PATH=VALUE", "change a key of the experiment");
    options.flag("json", json, "print JSON");
    if (!options.parse(args))
        return 0;
    config::Document document = config::Document::load(file);
    for (const std::string& assignment : assignments)
        document.set(assignment);
    const auto experiment = document.read<run::Experiment>();
    const run::MapReport report = run::report_of(experiment, run::map_experiment(experiment));
    print(json ? run::to_json(report) : run::to_text(report));
    return 0;
}

} // namespace imc::cli
