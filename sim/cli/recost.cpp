#include <algorithm>
#include <filesystem>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/cli/commands.h"
#include "sim/cli/recost/in_parallel.h"
#include "sim/cli/recost/present.h"

namespace imc::cli
{

int run_recost(std::span<const std::string> args)
{
    std::vector<std::string> words;
    std::string costs;
    bool json = false;
    Options options(
        "recost", "DIR...",
        "Prices stored runs under other cost models from their counts, without simulating: energy, energy in the\n"
        "steady state and TOPS/W per run and cost set, rank correlation between the sets, and which runs stay\n"
        "non-dominated in energy and latency under all of them. The time of a run stays as it was simulated.\n"
        "DIR is what imcsim run --out wrote, or holds such directories, itself or further down, which are then all\n"
        "taken, in order of names: those of a sweep or of a study.");
    options.arguments("DIR", words);
    options.value("costs", costs, "A,B,...",
                  "ADC laws (imcsim describe costs lists them), 'own' for the run's own costs, or files of schema "
                  "imcsim.costs/1");
    options.flag("json", json, "print JSON");
    if (!options.parse(args))
        return 0;
    Recosted all;
    for (const std::string& word : split_commas(costs))
        all.sets.push_back(read_cost_set(word));
    if (all.sets.empty())
        throw ConfigError("imcsim recost --costs", "at least one cost set is needed");
    const std::vector<std::filesystem::path> directories = directories_of_runs(words);
    all.runs.resize(directories.size());
    in_parallel(directories.size(), [&](std::size_t i) { all.runs[i] = read_stored_run(directories[i]); });
    for (const CostSet& set : all.sets)
        check_units(set, all.runs);
    all.priced.resize(all.runs.size());
    std::vector<std::vector<std::string>> warnings(all.runs.size());
    in_parallel(all.runs.size(), [&](std::size_t i) {
        for (const CostSet& set : all.sets)
            all.priced[i].push_back(under(set, all.runs[i], warnings[i]));
    });
    for (const std::vector<std::string>& of_run : warnings)
        all.warnings.insert(all.warnings.end(), of_run.begin(), of_run.end());
    std::ranges::sort(all.warnings);
    all.warnings.erase(std::ranges::unique(all.warnings).begin(), all.warnings.end());
    for (const std::string& warning : all.warnings)
        note("warning: " + warning);
    print(json ? as_json(all) : as_text(all));
    return 0;
}

} // namespace imc::cli
