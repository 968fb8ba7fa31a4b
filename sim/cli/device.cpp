#include <filesystem>

#include <nlohmann/json.hpp>

#include "devices/device_case.h"
#include "sim/base/config/document.h"
#include "sim/cli/commands.h"
#include "sim/cli/options.h"
#include "sim/cli/output.h"

namespace imc::cli
{

/// The distribution of one device's conductance: the case as JSON in, {"points": […]} out.
int run_device(std::span<const std::string> args)
{
    std::filesystem::path file, out;
    std::vector<std::string> settings;
    Options options("device", "CASE.json",
                    "Draws many devices of one kind and prints mean and standard deviation of their conductance\n"
                    "for each target and each time since programming ended.");
    options.argument("CASE.json", file);
    options.values("set", settings, "PATH=VALUE", "change one value of the case");
    options.value("out", out, "FILE", "write here instead of to standard output");
    if (!options.parse(args))
        return 0;
    config::Document document = config::Document::load(file);
    for (const std::string& setting : settings)
        document.set(setting);
    nlohmann::ordered_json points = nlohmann::ordered_json::array();
    for (const devices::DevicePoint& p : devices::sample(document.read<devices::DeviceCase>()))
        points.push_back({{"target_siemens", p.target_s},
                          {"time_s", p.time_s},
                          {"mean_siemens", p.mean_s},
                          {"std_siemens", p.std_s}});
    print_to(out, nlohmann::ordered_json{{"points", points}}.dump(2) + "\n");
    return 0;
}

} // namespace imc::cli
