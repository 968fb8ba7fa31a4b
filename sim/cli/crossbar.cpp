#include <filesystem>

#include <nlohmann/json.hpp>

#include "devices/crossbar/case.h"
#include "sim/base/config/document.h"
#include "sim/cli/commands.h"
#include "sim/cli/options.h"
#include "sim/cli/output.h"

namespace imc::cli
{

/// Column currents of one crossbar: the case as JSON in, {"current_a": [[…], …]} out.
int run_crossbar(std::span<const std::string> args)
{
    std::filesystem::path file, out;
    std::vector<std::string> settings;
    Options options("crossbar", "CASE.json",
                    "Solves one crossbar's resistive network: conductances and row voltages (or active rows) in,\n"
                    "column currents out, one row per input vector.");
    options.argument("CASE.json", file);
    options.values("set", settings, "PATH=VALUE", "change one value of the case");
    options.value("out", out, "FILE", "write here instead of to standard output");
    if (!options.parse(args))
        return 0;
    config::Document document = config::Document::load(file);
    for (const std::string& setting : settings)
        document.set(setting);
    const Matrix<double> current = document.read<devices::CrossbarCase>().solve();
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (std::size_t k = 0; k < current.rows(); ++k)
        rows.push_back(std::vector<double>(current.row(k).begin(), current.row(k).end()));
    print_to(out, nlohmann::ordered_json{{"current_a", rows}}.dump() + "\n");
    return 0;
}

} // namespace imc::cli
