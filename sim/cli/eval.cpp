#include <cmath>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/cli/options.h"
#include "sim/base/cli/output.h"
#include "sim/base/errors.h"
#include "sim/cli/commands.h"
#include "sim/cli/network_options.h"
#include "sim/cli/quantise_options.h"
#include "workloads/execute/batch.h"
#include "workloads/network.h"
#include "workloads/npy.h"

namespace imc::cli
{

namespace
{

using nlohmann::ordered_json;

/// "NAME=FILE", or FILE alone for a network with one input or output.
std::pair<std::string, std::string> named_file(const std::string& text)
{
    const std::size_t at = text.find('=');
    return at == std::string::npos ? std::pair(std::string(), text)
                                   : std::pair(text.substr(0, at), text.substr(at + 1));
}

std::map<std::string, Value> read_inputs(const std::vector<std::string>& words)
{
    std::map<std::string, Value> inputs;
    for (const std::string& word : words) {
        const auto [name, file] = named_file(word);
        if (!inputs.emplace(name, read_npy(file)).second)
            throw ConfigError("--input " + word, "that input is given twice");
    }
    return inputs;
}

/// Index of the largest value of each row; the first of equals.
std::vector<std::int64_t> largest_per_row(const Value& value)
{
    std::vector<std::int64_t> out;
    const std::int64_t rows = value.shape[0], columns = value.shape[1];
    for (std::int64_t r = 0; r < rows; ++r) {
        std::int64_t best = 0;
        for (std::int64_t c = 1; c < columns; ++c)
            if (value.data->real(r * columns + c) > value.data->real(r * columns + best))
                best = c;
        out.push_back(best);
    }
    return out;
}

ordered_json summary(const Graph& graph, const std::vector<Value>& outputs)
{
    ordered_json list = ordered_json::array();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const Value& v = outputs[i];
        double low = std::nan(""), high = low, sum = 0;
        for (std::int64_t e = 0; e < v.elements(); ++e) {
            const double x = v.data->real(e);
            low = std::fmin(low, x);
            high = std::fmax(high, x);
            sum += x;
        }
        ordered_json row{{"name", graph.tensor(graph.outputs[i]).name},
                         {"type", name(v.type())},
                         {"shape", v.shape.values()},
                         {"min", low},
                         {"max", high},
                         {"mean", sum / static_cast<double>(v.elements())}};
        if (v.shape.rank() == 2 && v.shape[1] > 1)
            row["top1"] = largest_per_row(v);
        list.push_back(std::move(row));
    }
    return {{"network", graph.name}, {"outputs", list}};
}

void write_outputs(const Graph& graph, const std::vector<std::string>& words, const std::vector<Value>& outputs)
{
    for (const std::string& word : words) {
        const auto [wanted, file] = named_file(word);
        std::size_t at = 0;
        while (!wanted.empty() && at < outputs.size() && graph.tensor(graph.outputs[at]).name != wanted)
            ++at;
        if (at >= outputs.size())
            throw ConfigError("--out " + word, fmt::format("the network has no output '{}'", wanted));
        write_npy(file, outputs[at]);
    }
}

} // namespace

/// The golden execution of a network: what a chip's values are compared with.
int run_eval(std::span<const std::string> args)
{
    std::filesystem::path file;
    std::vector<std::string> inputs, outputs;
    bool integer = false;
    NetworkOptions network;
    QuantiseSettings quantisation;
    Options options(
        "eval", "NETWORK --input X.npy",
        "Executes a network on NumPy arrays, in float (quantised operators: in exact integers), and prints a\n"
        "summary of its outputs as JSON. More images than the network's batch are run one batch after another.");
    options.argument("NETWORK", file);
    options.values("input", inputs, "[NAME=]X.npy", "values of an input");
    options.values("out", outputs, "[NAME=]Y.npy", "write an output, by default the first");
    options.flag("integer", integer, "execute in integers; a float network is quantised first");
    quantisation.declare(options);
    network.declare_weights(options);
    network.declare(options);
    if (!options.parse(args))
        return 0;
    const std::map<std::string, Value> values = read_inputs(inputs);
    ImportOptions import_options = network.import_options();
    for (const auto& [name, value] : values)
        if (!name.empty())
            import_options.inputs.push_back(name);
    Graph graph = network.with_weights(load_network(file, import_options));
    if (integer)
        graph = quantisation.integer_network(graph);
    const std::vector<Value> results =
        execute_batches(graph, values, [&](std::span<const Value> batch) { return execute(graph, batch); });
    write_outputs(graph, outputs, results);
    print(summary(graph, results).dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
    return 0;
}

} // namespace imc::cli
