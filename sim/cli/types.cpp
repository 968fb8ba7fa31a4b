#include "sim/cli/types.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "arch/config/macro.h"
#include "arch/config/noc.h"
#include "arch/noc/case.h"
#include "devices/crossbar/case.h"
#include "devices/device_case.h"
#include "sim/base/config/suggest.h"
#include "sim/base/errors.h"
#include "sim/cli/sweep/plan.h"
#include "sim/cli/validate/case.h"
#include "sim/cli/validate/datasheet.h"
#include "sim/run/run.h"
#include "workloads/network.h"
#include "workloads/read/network_file.h"

namespace imc::cli
{

namespace
{

template <class T> void describe_as(config::Visitor& visitor)
{
    T value;
    visitor.visit(value);
}

template <class T> void check_as(const config::Document& document) { (void)document.read<T>(); }

void check_sweep(const config::Document& document) { (void)plan_sweep(document); }
void check_network_document(const config::Document& document) { check_network(document.file()); }

void check_experiment(const config::Document& document)
{
    const auto experiment = document.read<run::Experiment>();
    (void)run::map_experiment(experiment);
}

const Type table[] = {
    {"experiment", "imcsim.experiment/1", "chip", "a network on a chip, and what is simulated",
     describe_as<run::Experiment>, check_experiment},
    {"chip", "", "tiles", "tiles, network on chip, global buffer and pins", describe_as<ChipConfig>,
     check_as<ChipConfig>},
    {"tile", "", "core", "cores of macros with their buffer, vector unit and buses", describe_as<TileConfig>,
     check_as<TileConfig>},
    {"network", "imcsim.network/1", "", "a neural network, layer by layer", describe_as<NetworkFile>,
     check_network_document},
    {"macro", "", "family", "arrays, converters and what they share", describe_as<MacroConfig>, check_as<MacroConfig>},
    {"router", "", "pipeline", "one router of the network on chip", describe_as<RouterConfig>, check_as<RouterConfig>},
    {"device", "", "technology", "the statistics of a memory device", describe_as<devices::DeviceConfig>,
     check_as<devices::DeviceConfig>},
    {"device-case", "", "target_siemens", "a case of imcsim device", describe_as<devices::DeviceCase>,
     check_as<devices::DeviceCase>},
    {"crossbar-case", "", "conductance_siemens", "a case of imcsim crossbar", describe_as<devices::CrossbarCase>,
     check_as<devices::CrossbarCase>},
    {"noc-case", "", "mesh", "a case of imcsim noc", describe_as<NocCase>, check_as<NocCase>},
    {"validation", "imcsim.validation/1", "", "a published chip that imcsim validate compares with",
     describe_as<ValidationCase>, check_as<ValidationCase>},
    {"datasheet", "", "tech_nm", "what a data sheet says of a macro, for imcsim validate --datasheet",
     describe_as<DatasheetRow>, check_as<DatasheetRow>},
    {"datasheets", "imcsim.datasheets/1", "", "data sheets of several macros, with published figures",
     describe_as<DatasheetFile>, check_as<DatasheetFile>},
    {"sweep", "imcsim.sweep/1", "", "an experiment at many points", describe_as<SweepConfig>, check_sweep},
};

std::vector<std::string> names(const char* Type::*member)
{
    std::vector<std::string> result;
    for (const Type& type : table)
        if (*(type.*member) != '\0')
            result.push_back(type.*member);
    return result;
}

} // namespace

void check_network(const std::filesystem::path& file)
{
    const Import import = import_network(file);
    if (import.unsupported.empty())
        return;
    std::string nodes;
    for (const UnsupportedNode& node : import.unsupported)
        nodes += fmt::format("{}node '{}' ({}): {}", nodes.empty() ? "" : "; ", node.node, node.op, node.why);
    throw RunError(fmt::format("{}: not supported: {}", file.string(), nodes));
}

std::span<const Type> types() { return table; }

const Type& type_named(const std::string& name)
{
    const auto type = std::ranges::find_if(table, [&](const Type& t) { return t.name == name; });
    if (type == std::end(table))
        throw ConfigError("imcsim describe", fmt::format("there is no type '{}'{} (imcsim describe lists them)", name,
                                                         config::suggestion(name, names(&Type::name))));
    return *type;
}

const Type& type_of(const config::Document& document)
{
    const nlohmann::json& root = document.root();
    if (!root.is_object())
        throw ConfigError(document.file().string(), fmt::format("expected an object, got a {}", root.type_name()));
    if (const auto schema = root.find("schema"); schema != root.end()) {
        for (const Type& type : table)
            if (*type.schema != '\0' && *schema == type.schema)
                return type;
        throw ConfigError(document.file().string() + ": schema",
                          fmt::format("{} is none that is known here{}", schema->dump(),
                                      schema->is_string()
                                          ? config::suggestion(schema->get<std::string>(), names(&Type::schema))
                                          : ""));
    }
    for (const Type& type : table)
        if (*type.telling != '\0' && root.contains(type.telling))
            return type;
    std::string keys;
    for (const std::string& key : names(&Type::telling))
        keys += (keys.empty() ? "\"" : ", \"") + key + "\"";
    throw ConfigError(document.file().string(),
                      fmt::format("says in no way what it is: it has no \"schema\" and none of {}", keys));
}

} // namespace imc::cli
