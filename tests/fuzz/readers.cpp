#include "tests/fuzz/readers.h"

#include "sim/base/errors.h"
#include "workloads/execute/execute.h"
#include "workloads/lower/build.h"
#include "workloads/npy.h"
#include "workloads/read/json_reader.h"
#include "workloads/read/onnx_reader.h"
#include "workloads/transform/fuse_qdq.h"
#include "workloads/transform/randomise.h"
#include "workloads/write/onnx_writer.h"

namespace imc::fuzz
{

namespace
{

constexpr double small = 2e5; // elements and multiply-accumulates that are run within milliseconds

bool is_small(const Graph& graph)
{
    double elements = 0;
    for (const Tensor& t : graph.tensors())
        elements += static_cast<double>(t.shape.elements());
    for (const Node& n : graph.nodes()) {
        if (const auto* c = n.as<Contraction>())
            elements += static_cast<double>(c->macs());
        if (const auto* r = n.as<Reduce>(); r && r->window)
            elements += static_cast<double>(graph.tensor(n.outputs[0]).shape.elements()) *
                        static_cast<double>(r->window->input_points());
    }
    return elements < small;
}

void use(const Graph& graph)
{
    layers(graph);
    macs(graph);
    parameters(graph);
    if (!is_small(graph))
        return;
    onnx_bytes(graph);
    const Graph full = with_random_weights(graph, 1);
    std::vector<Value> inputs;
    for (const TensorId t : full.inputs)
        inputs.emplace_back(full.tensor(t).shape, TensorData(full.tensor(t).type, full.tensor(t).shape.elements()));
    execute(full, inputs);
    execute(fuse_qdq(full), inputs);
}

template <class Read> void attempt(Read read)
{
    try {
        read();
    } catch (const ConfigError&) {
    } catch (const RunError&) {
    }
}

} // namespace

void read_onnx_bytes(std::string_view bytes)
{
    attempt([&] {
        const Import import = build_graph(parse_onnx(bytes, "fuzz.onnx", "/nonexistent"));
        if (import.unsupported.empty())
            use(import.graph);
    });
}

void read_json_bytes(std::string_view bytes)
{
    attempt([&] { use(build_graph(parse_json_network(bytes, "/nonexistent/fuzz.json")).graph); });
}

void read_npy_bytes(std::string_view bytes)
{
    attempt([&] { npy_bytes(parse_npy(bytes, "fuzz.npy")); });
}

} // namespace imc::fuzz
