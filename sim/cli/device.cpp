#include <nlohmann/json.hpp>

#include "devices/device_case.h"
#include "sim/base/cli/output.h"
#include "sim/cli/case_command.h"
#include "sim/cli/commands.h"

namespace imc::cli
{

/// The distribution of one device's conductance: the case as JSON in, {"points": […]} out.
int run_device(std::span<const std::string> args)
{
    Options options("device", "CASE.json",
                    "Draws many devices of one kind and prints mean and standard deviation of their conductance\n"
                    "for each target and each time since programming ended.");
    const auto asked = read_case(options, args);
    if (!asked)
        return 0;
    nlohmann::ordered_json points = nlohmann::ordered_json::array();
    for (const devices::DevicePoint& p : devices::sample(asked->document.read<devices::DeviceCase>()))
        points.push_back({{"target_siemens", p.target_s},
                          {"time_s", p.time_s},
                          {"mean_siemens", p.mean_s},
                          {"std_siemens", p.std_s}});
    print_to(asked->out, nlohmann::ordered_json{{"points", points}}.dump(2) + "\n");
    return 0;
}

} // namespace imc::cli
