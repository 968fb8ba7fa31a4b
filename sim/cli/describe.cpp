#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "arch/config/costs/adc.h"
#include "arch/config/costs/tables.h"
#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/config/describe.h"
#include "sim/base/errors.h"
#include "sim/cli/commands.h"
#include "sim/cli/types.h"

namespace imc::cli
{

namespace
{

std::string list_of_types()
{
    std::string text = "imcsim describe TYPE explains every key of\n\n";
    for (const Type& type : types())
        text += fmt::format("  {:<14} {}\n", type.name, type.meaning);
    return text + fmt::format("  {:<14} {}\n", "costs", "the models of converter energy, compared");
}

/// Converters decide an analog chip's energy, and published models of the same one differ by 10 to 100 times.
std::string costs(double rate_hz)
{
    return fmt::format("Energy of one conversion at {:g} GS/s, by resolution and node, as each model has it.\n\n",
                       rate_hz * 1e-9) +
           adc_table({3, 4, 5, 6, 7, 8, 9, 10}, {65e-9, 45e-9, 32e-9, 28e-9, 22e-9, 14e-9, 7e-9}, rate_hz) + "\n" +
           cost_tables();
}

} // namespace

int run_describe(std::span<const std::string> args)
{
    std::vector<std::string> words;
    bool json_schema = false;
    double rate_gsps = 1.28;
    std::filesystem::path out;
    Options options(
        "describe", "[TYPE | costs]",
        "Explains every key of a kind of input: default, range, unit, meaning. Without TYPE, lists the kinds.\n"
        "costs compares the cost models of converters.");
    options.arguments("TYPE", words, 0);
    options.flag("json-schema", json_schema, "a JSON Schema of the type, for editors");
    options.value("rate-gsps", rate_gsps, "R", "samples per second and converter, in 10^9, for costs (1.28)");
    options.value("out", out, "FILE", "write there instead of standard output");
    if (!options.parse(args))
        return 0;
    if (words.size() > 1)
        throw ConfigError("imcsim describe", fmt::format("unexpected argument '{}'", words[1]));
    if (words.empty() || words[0] == "costs") {
        if (json_schema)
            throw ConfigError("imcsim describe --json-schema", "needs a TYPE; imcsim describe lists them");
        if (!(rate_gsps > 0 && rate_gsps <= 1000))
            throw ConfigError("imcsim describe --rate-gsps", fmt::format("expected 0 … 1000, got {:g}", rate_gsps));
        print_to(out, words.empty() ? list_of_types() : costs(rate_gsps * 1e9));
        return 0;
    }
    const Type& type = type_named(words[0]);
    if (json_schema)
        print_to(out, config::json_schema(type.describe, type.name).dump(2) + "\n");
    else
        print_to(out, fmt::format("{}: {}\n\n{}", type.name, type.meaning, config::markdown(type.describe)));
    return 0;
}

} // namespace imc::cli
