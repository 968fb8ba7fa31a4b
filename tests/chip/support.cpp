#include "tests/chip/support.h"

#include "sim/base/config/document.h"

namespace imc::test
{

std::filesystem::path chip_data(const std::string& file)
{
    return std::filesystem::path(IMC_SOURCE_DIR) / "tests/chip/data" / file;
}

std::filesystem::path shipped_experiment(const std::string& name)
{
    return std::filesystem::path(IMC_SOURCE_DIR) / "configs/experiments" / (name + ".json");
}

run::Experiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& assignments)
{
    config::Document document = config::Document::load(file);
    for (const std::string& assignment : assignments)
        document.set(assignment);
    return document.read<run::Experiment>();
}

run::Result simulate(const run::Experiment& experiment)
{
    run::Mapped mapped = run::map_experiment(experiment);
    run::compute_values(experiment, mapped);
    return run::simulate(experiment, mapped, nullptr);
}

} // namespace imc::test
