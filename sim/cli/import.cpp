#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/commands.h"
#include "sim/cli/network_options.h"
#include "workloads/graph.h"
#include "workloads/network.h"
#include "workloads/read/graph_reader.h"
#include "workloads/write/graph_writer.h"

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
    Options options(
        "import", "NETWORK",
        "Lists the layers of a network (ONNX, or JSON of the schema imcsim.network/1 or imcsim.graph/1) with\n"
        "their MACs and parameters. Exit status 1 if a node is not supported; it is named.\n"
        "--out G.json writes the network itself, operator by operator with its weights, for every command\n"
        "that reads a network (schema imcsim.graph/1); what --json prints stands in that file, too.");
    options.argument("NETWORK", file);
    options.flag("json", json, "print JSON");
    options.value("out", out, "G.json", "write the network as JSON, which can be edited and run");
    network.declare(options);
    if (!options.parse(args))
        return 0;
    const ImportOptions import_options = network.import_options();
    const Model model = read_model(file);
    const Import import = build_graph(model, import_options);
    const ordered_json found = report(import);
    if (!out.empty()) {
        ordered_json graph = {{"schema", graph_schema}};
        graph.update(found);
        graph.update(graph_json(model, import_options));
        write_file(out, graph_text(graph));
    }
    print(json ? found.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n" : table(import));
    return import.unsupported.empty() ? 0 : 1;
}

} // namespace imc::cli
