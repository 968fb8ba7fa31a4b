#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/cli/commands.h"
#include "sim/cli/network_options.h"
#include "workloads/graph.h"
#include "workloads/network.h"

namespace imc::cli
{

namespace
{

using nlohmann::ordered_json;

ordered_json report(const Import& import)
{
    const Graph& graph = import.graph;
    ordered_json out{{"name", graph.name},
                     {"macs", macs(graph)},
                     {"parameters", parameters(graph)},
                     {"stored_parameters", graph.stored_parameters}};
    ordered_json ends = ordered_json::array();
    for (const auto* list : {&graph.inputs, &graph.outputs}) {
        ordered_json values = ordered_json::array();
        for (const TensorId id : *list)
            values.push_back({{"name", graph.tensor(id).name},
                              {"type", name(graph.tensor(id).type)},
                              {"shape", graph.tensor(id).shape.values()}});
        out[list == &graph.inputs ? "inputs" : "outputs"] = values;
    }
    ordered_json rows = ordered_json::array();
    for (const LayerSummary& layer : layers(graph))
        rows.push_back({{"name", layer.name},
                        {"op", layer.op},
                        {"macs", layer.macs},
                        {"parameters", layer.parameters},
                        {"output_shape", layer.output_shape.values()}});
    out["layers"] = rows;
    ordered_json refused = ordered_json::array();
    for (const UnsupportedNode& u : import.unsupported)
        refused.push_back({{"node", u.node}, {"op", u.op}, {"why", u.why}});
    out["unsupported"] = refused;
    return out;
}

/// Thousands separated by commas.
std::string grouped(std::int64_t value)
{
    const std::string digits = std::to_string(value);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0)
            text += ',';
        text += digits[i];
    }
    return text;
}

std::string table(const Import& import)
{
    const Graph& graph = import.graph;
    const auto list = layers(graph);
    std::size_t width = 5;
    for (const LayerSummary& layer : list)
        width = std::max(width, layer.name.size());
    std::string text =
        fmt::format("{:<{}}  {:<14} {:>16} {:>14}  {}\n", "layer", width, "operator", "MACs", "parameters", "output");
    for (const LayerSummary& layer : list)
        text += fmt::format("{:<{}}  {:<14} {:>16} {:>14}  {}\n", layer.name, width, layer.op, grouped(layer.macs),
                            grouped(layer.parameters), layer.output_shape.text());
    text += fmt::format("\n{}: {} MACs, {} parameters as used, {} stored, {} nodes\n", graph.name, grouped(macs(graph)),
                        grouped(parameters(graph)), grouped(graph.stored_parameters), graph.nodes().size());
    for (const UnsupportedNode& u : import.unsupported)
        text += fmt::format("not supported: node '{}' ({}): {}\n", u.node, u.op, u.why);
    return text;
}

} // namespace

/// What is in a network: operators, shapes, MACs, parameters, and what is not supported, by node name.
int run_import(std::span<const std::string> args)
{
    std::filesystem::path file, out;
    bool json = false;
    NetworkOptions network;
    Options options("import", "NETWORK",
                    "Lists the layers of a network (ONNX, or JSON of the schema imcsim.network/1) with their MACs and\n"
                    "parameters. Exit status 1 if a node is not supported; it is named.");
    options.argument("NETWORK", file);
    options.flag("json", json, "print JSON");
    options.value("out", out, "FILE", "write the JSON there as well");
    network.declare(options);
    if (!options.parse(args))
        return 0;
    const Import import = import_network(file, network.import_options());
    const std::string text = report(import).dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    if (!out.empty())
        print_to(out, text);
    print(json ? text : table(import));
    return import.unsupported.empty() ? 0 : 1;
}

} // namespace imc::cli
