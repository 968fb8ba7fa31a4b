#include <filesystem>

#include <fmt/format.h>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/cli/commands.h"
#include "sim/cli/network_options.h"
#include "sim/cli/quantise_options.h"
#include "workloads/network.h"
#include "workloads/write/onnx_writer.h"

namespace imc::cli
{

/// A network as ONNX: for other tools, or for a network described in JSON to get weights.
int run_export(std::span<const std::string> args)
{
    std::filesystem::path file, out;
    bool integer = false;
    NetworkOptions network;
    QuantiseSettings quantisation;
    Options options(
        "export", "NETWORK --out FILE.onnx",
        "Writes a network (ONNX, or JSON of the schema imcsim.network/1) as ONNX, opset 17: constants folded,\n"
        "batch norm folded. Weights without data become inputs of the model.");
    options.argument("NETWORK", file);
    options.value("out", out, "FILE.onnx", "where to write");
    options.flag("integer", integer, "quantise and write QuantizeLinear and DequantizeLinear nodes (at most 8 bits)");
    quantisation.declare(options);
    network.declare_weights(options);
    network.declare(options);
    if (!options.parse(args))
        return 0;
    if (out.empty())
        throw ConfigError("imcsim export", "--out FILE.onnx is needed");
    Graph graph = network.with_weights(load_network(file, network.import_options()));
    if (integer)
        graph = quantisation.integer_network(graph);
    write_onnx(out, graph);
    note(fmt::format("{}: {} nodes written to {}", graph.name, graph.nodes().size(), out.string()));
    return 0;
}

} // namespace imc::cli
