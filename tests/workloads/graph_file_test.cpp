// imcsim.graph/1: a network operator by operator in JSON, as `imcsim import --out` writes it.

#include <filesystem>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "tests/support/shared.h"
#include "workloads/base64.h"
#include "workloads/network.h"
#include "workloads/read/graph_reader.h"
#include "workloads/read/json_reader.h"
#include "workloads/write/graph_writer.h"

using namespace imc;
using ::testing::HasSubstr;
namespace fs = std::filesystem;
using nlohmann::json;

namespace
{

const fs::path networks = fs::path(IMC_SOURCE_DIR) / "configs" / "networks";

/// The model as it comes back from its JSON.
Model again(const Model& model, const ImportOptions& options = {})
{
    return parse_json_network(graph_text(graph_json(model, options)), "again.json");
}

std::string described(const Graph& graph, TensorId id)
{
    if (!id.valid())
        return "-";
    const Tensor& t = graph.tensor(id);
    std::string text = t.name + " " + name(t.type) + " " + t.shape.text() + (t.is_constant ? " constant" : "");
    if (t.data)
        text += " " + to_base64(t.data->bytes());
    return text;
}

/// Everything that a graph says, in its own order; ids of tensors, which nobody sees, left out.
std::vector<std::string> described(const Graph& graph)
{
    std::vector<std::string> lines;
    for (const auto* ends : {&graph.inputs, &graph.outputs})
        for (const TensorId id : *ends)
            lines.push_back(described(graph, id));
    for (const Node& node : graph.nodes()) {
        lines.push_back(node.name + " " + node.op);
        for (const auto* list : {&node.inputs, &node.outputs})
            for (const TensorId id : *list)
                lines.push_back("  " + described(graph, id));
    }
    return lines;
}

void expect_same_graph(const fs::path& file)
{
    const Model model = read_model(file);
    const Import original = build_graph(model), copy = build_graph(again(model));
    EXPECT_EQ(copy.graph.name, original.graph.name);
    EXPECT_EQ(copy.graph.stored_parameters, original.graph.stored_parameters);
    EXPECT_EQ(parameters(copy.graph), parameters(original.graph));
    ASSERT_EQ(copy.unsupported.size(), original.unsupported.size());
    EXPECT_TRUE(described(copy.graph) == described(original.graph));
    std::vector<std::int64_t> macs_of[2];
    for (const Graph* graph : {&original.graph, &copy.graph})
        for (const LayerSummary& layer : layers(*graph))
            macs_of[graph == &copy.graph].push_back(layer.macs);
    EXPECT_EQ(macs_of[0], macs_of[1]);
}

TEST(GraphFile, OfEveryShippedNetworkGivesTheSameGraph)
{
    int files = 0;
    for (const auto& entry : fs::directory_iterator(networks)) {
        SCOPED_TRACE(entry.path().string());
        expect_same_graph(entry.path());
        ++files;
    }
    EXPECT_GT(files, 5);
}

TEST(GraphFile, OfEverySharedNetworkGivesTheSameGraph)
{
    IMC_SHARED_OR_SKIP(folder, "networks");
    int files = 0;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".onnx") {
            SCOPED_TRACE(entry.path().string());
            expect_same_graph(entry.path());
            ++files;
        }
    EXPECT_GE(files, 7);
}

/// A model with a value of every kind that a file can hold.
Model odd_model()
{
    const double inf = std::numeric_limits<double>::infinity();
    Model model;
    model.name = "odd";
    model.opset = 13;
    model.inputs = {{"x", ElementType::float32, std::vector<Dim>{{-1, "batch"}, {3, {}}, {-1, {}}}},
                    {"untyped", {}, {}}};
    model.outputs = {{"y", {}, {}}};
    model.values["middle"] = {"middle", ElementType::float16, std::vector<Dim>{}};
    TensorData halves(ElementType::float16, 2), long_list(ElementType::int32, 100), wide(ElementType::uint64, 1),
        endless(ElementType::float32, 1), truth(ElementType::boolean, 2);
    halves.set_real(0, 0.1);
    halves.set_real(1, -2.5);
    for (std::int64_t i = 0; i < 100; ++i)
        long_list.set_integer(i, i * i - 50);
    wide.as<std::uint64_t>()[0] = ~std::uint64_t{0};
    endless.set_real(0, -inf);
    truth.set_integer(1, 1);
    for (auto& [name, data] : std::map<std::string, TensorData>{
             {"halves", halves}, {"long_list", long_list}, {"wide", wide}, {"endless", endless}, {"truth", truth}})
        model.constants[name] = {data.type(), Shape{data.elements()}, std::make_shared<const TensorData>(data)};
    model.constants["shape_only"] = {ElementType::float32, Shape{4, 5}, nullptr};
    ModelNode node{"", "Thing", "elsewhere", {"x", "", "halves"}, {"y"}, {}};
    node.attributes = {{"integer", std::int64_t{-3}},
                       {"real", 1.0},
                       {"endless", inf},
                       {"text", std::string("inf")},
                       {"integers", std::vector<std::int64_t>{1, -2}},
                       {"no_integers", std::vector<std::int64_t>{}},
                       {"reals", std::vector<double>{0.1, -inf}},
                       {"no_reals", std::vector<double>{}},
                       {"texts", std::vector<std::string>{"a", ""}},
                       {"tensor", Value(Shape{2}, halves)},
                       {"subgraph", OpaqueAttribute{"GRAPH"}}};
    model.nodes = {node};
    return model;
}

TEST(GraphFile, HoldsEveryKindOfValue)
{
    const Model model = odd_model(), copy = again(model);
    // Written once more, it is the same text: nothing was lost and nothing changed its kind.
    EXPECT_EQ(graph_text(graph_json(copy)), graph_text(graph_json(model)));
    for (const auto& [name, attribute] : model.nodes[0].attributes)
        EXPECT_EQ(copy.nodes[0].attributes.at(name).index(), attribute.index()) << name;
    EXPECT_EQ(copy.constants.at("wide").data->as<std::uint64_t>()[0], ~std::uint64_t{0});
    EXPECT_EQ(copy.constants.at("long_list").data->integer(99), 99 * 99 - 50);
    EXPECT_FALSE(copy.constants.at("shape_only").data);
    EXPECT_EQ((*copy.inputs[0].dims)[0].symbol, "batch");
}

TEST(GraphFile, WritesWhatTheOptionsOfImportSettle)
{
    Model model = odd_model();
    model.inputs[1].type = ElementType::float32;
    model.inputs[1].dims = std::vector<Dim>{{-1, "n"}};
    ImportOptions options;
    options.dimensions = {{"batch", 8}, {"x.2", 5}};
    options.inputs = {"x"};
    const Model copy = again(model, options);
    ASSERT_EQ(copy.inputs.size(), 1u);
    EXPECT_EQ((*copy.inputs[0].dims)[0].value, 8);
    EXPECT_EQ((*copy.inputs[0].dims)[2].value, 5);
    EXPECT_EQ(copy.constants.at("untyped").shape, Shape({1}));
}

TEST(GraphFile, NamesThePlaceOfEveryFault)
{
    const json good = json::parse(R"({"schema": "imcsim.graph/1", "opset": 13,
        "inputs": [{"name": "x", "type": "float32", "shape": [1, 4]}], "outputs": [{"name": "y"}],
        "nodes": [{"op": "Add", "inputs": ["x", "w"], "outputs": ["y"], "attributes": {"a": 1}}],
        "constants": [{"name": "w", "type": "float32", "shape": [4], "values": [1, 2, 3, 4]}]})");
    EXPECT_EQ(build_graph(parse_json_network(good.dump(), "g.json")).graph.nodes().size(), 1u);
    const struct {
        const char* place;
        json value;
        const char* message;
    } faults[] = {
        {"/opset", 18, "g.json: opset: uses ONNX opset 18; 9 to 17 can be read"},
        {"/opset", 1.5, "g.json: opset: expected an integer, got 1.5"},
        {"/nodes", json::array(), "g.json: nodes: must have at least one node"},
        {"/nodes", 3, "g.json: nodes: expected a list, got 3"},
        {"/nodes/0/op", 3, "g.json: nodes[0].op: expected a string, got 3"},
        {"/nodes/0/inptus", 3, "g.json: nodes[0].inptus: unknown key, did you mean 'inputs'?"},
        {"/nodes/0/inputs/1", nullptr, "g.json: nodes[0].inputs[1]: expected a string, got null"},
        {"/nodes/0/attributes/a", json::object(), "g.json: nodes[0].attributes.a: expected one of real, reals"},
        {"/nodes/0/attributes/a",
         {{"tensor", {{"type", "int8"}, {"shape", {1}}}}},
         "attributes.a.tensor: has neither values nor base64"},
        {"/outputs", json::array(), "g.json: outputs: must have at least one output"},
        {"/inputs/0/shape/0", -1, "g.json: inputs[0].shape[0]: expected a size of at least 0, got -1"},
        {"/inputs/0/name", "w", "g.json: inputs[0].name: 'w' is given twice"},
        {"/constants/0/type", "float", "constants[0].type: expected one of float32, float64"},
        {"/constants/0/shape",
         {1L << 31, 1L << 31, 1L << 31},
         "constants[0].shape: [2147483648, 2147483648, 2147483648] overflows"},
        {"/constants/0/values", {1, 2}, "constants[0].values: has 2 items, the shape [4] needs 4"},
        {"/constants/0/values/2", "x", "constants[0].values[2]: expected a number"},
        {"/constants/0/base64", "AAAA", "constants[0]: has both values and base64"},
    };
    for (const auto& fault : faults) {
        json bad = good;
        bad[json::json_pointer(fault.place)] = fault.value;
        try {
            build_graph(parse_json_network(bad.dump(), "g.json"));
            ADD_FAILURE() << fault.place << " was taken";
        } catch (const ConfigError& e) {
            EXPECT_THAT(e.what(), HasSubstr(fault.message)) << fault.place;
        }
    }
    json lying = good;
    lying["constants"][0].erase("values");
    lying["constants"][0]["base64"] = "AAAAAAAA";
    lying["constants"][0]["shape"] = {1L << 40};
    EXPECT_THROW(parse_json_network(lying.dump(), "g.json"), ConfigError);
    lying["constants"][0]["shape"] = {2};
    EXPECT_THROW(parse_json_network(lying.dump(), "g.json"), ConfigError);
    lying["constants"][0]["base64"] = "AAAAAAAAAA*=";
    EXPECT_THROW(parse_json_network(lying.dump(), "g.json"), ConfigError);
}

TEST(Base64, IsThatOfRfc4648)
{
    const auto bytes = [](const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); };
    for (const auto& [text, code] : {std::pair<std::string, std::string>{"", ""},
                                     {"f", "Zg=="},
                                     {"fo", "Zm8="},
                                     {"foo", "Zm9v"},
                                     {"foob", "Zm9vYg=="},
                                     {"fooba", "Zm9vYmE="},
                                     {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(to_base64(bytes(text)), code);
        const auto back = from_base64(code);
        ASSERT_TRUE(back);
        EXPECT_EQ(std::string(reinterpret_cast<const char*>(back->data()), back->size()), text);
    }
    for (const char* wrong : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9", "Zm9\n"})
        EXPECT_FALSE(from_base64(wrong)) << wrong;
}

} // namespace
