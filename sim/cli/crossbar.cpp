#include <nlohmann/json.hpp>

#include "devices/crossbar/case.h"
#include "sim/base/cli/output.h"
#include "sim/cli/case_command.h"
#include "sim/cli/commands.h"

namespace imc::cli
{

/// Column currents of one crossbar: the case as JSON in, {"current_a": [[…], …]} out.
int run_crossbar(std::span<const std::string> args)
{
    Options options("crossbar", "CASE.json",
                    "Solves one crossbar's resistive network: conductances and row voltages (or active rows) in,\n"
                    "column currents out, one row per input vector.");
    const auto asked = read_case(options, args);
    if (!asked)
        return 0;
    const Matrix<double> current = asked->document.read<devices::CrossbarCase>().solve();
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (std::size_t k = 0; k < current.rows(); ++k)
        rows.push_back(std::vector<double>(current.row(k).begin(), current.row(k).end()));
    print_to(asked->out, nlohmann::ordered_json{{"current_a", rows}}.dump() + "\n");
    return 0;
}

} // namespace imc::cli
