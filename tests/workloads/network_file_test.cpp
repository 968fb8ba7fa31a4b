#include "workloads/network.h"

#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/support/shared.h"
#include "workloads/read/json_reader.h"

using namespace imc;
using ::testing::HasSubstr;

namespace
{

std::filesystem::path shipped(const std::string& name)
{
    return std::filesystem::path(IMC_SOURCE_DIR) / "configs" / "networks" / (name + ".json");
}

Graph parsed(const std::string& layers, const std::string& shape = "[1, 3, 8, 8]")
{
    const std::string text =
        R"({"schema": "imcsim.network/1", "input": {"shape": )" + shape + R"(}, "layers": )" + layers + "}";
    return build_graph(parse_json_network(text, "net.json")).graph;
}

std::string fault(const std::string& layers)
{
    try {
        parsed(layers);
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "no error";
}

TEST(ShippedNetworks, HaveTheCountsTheirPapersGive)
{
    // LeNet-5: 61,706 parameters. VGG-8: by hand. ResNet-20: 0.27 M parameters, 41 M multiply-adds.
    // MobileNetV2: 2,236,682 parameters with 10 classes and batch norm, whose 17,056 pairs fold into biases.
    const struct {
        const char* name;
        std::int64_t macs, parameters;
    } expected[] = {
        {"lenet5", 416'520, 61'706},
        {"vgg8_cifar10", 615'917'568, 12'976'266},
        {"resnet20_cifar10", 40'551'040, 269'034},
        {"mobilenetv2_cifar10", 87'976'448, 2'236'682 - 2 * 17'056 + 17'056},
        {"resnet18", 1'814'073'344, 11'684'712},
        {"vgg16", 15'470'264'320, 138'357'544},
    };
    for (const auto& e : expected) {
        const Graph graph = load_network(shipped(e.name));
        EXPECT_EQ(graph.name, e.name);
        EXPECT_EQ(macs(graph), e.macs) << e.name;
        EXPECT_EQ(parameters(graph), e.parameters) << e.name;
    }
}

/// (operator, MACs, shape) of every layer, in order of MACs and shape so that branch order does not matter.
std::multiset<std::string> signature(const Graph& graph)
{
    std::multiset<std::string> out;
    for (const LayerSummary& l : layers(graph))
        out.insert(l.op + " " + std::to_string(l.macs) + " " + l.output_shape.text());
    return out;
}

TEST(ShippedNetworks, HaveTheLayersOfTheOnnxExportsOfTheSameNetworks)
{
    IMC_SHARED_OR_SKIP(folder, "networks");
    for (const char* name : {"resnet18", "vgg16"}) {
        const Graph shipped_graph = load_network(shipped(name)),
                    exported = load_network(folder / (name + std::string(".onnx")));
        EXPECT_EQ(signature(shipped_graph), signature(exported)) << name;
    }
}

TEST(NetworkFile, WritesRepeatsAndResidualsOut)
{
    const Graph graph = parsed(R"([
        {"op": "conv", "filters": 4, "kernel": [3], "pad": [1]},
        {"op": "repeat", "times": 3, "layers": [
            {"op": "residual", "activation": "relu", "layers": [{"op": "conv", "filters": 4, "kernel": [3], "pad": [1]}]}]},
        {"op": "global_average_pool"}, {"op": "dense", "units": 5}])");
    EXPECT_EQ(layers(graph).size(), 5u);
    EXPECT_EQ(macs(graph), 64 * 9 * (3 * 4 + 3 * 4 * 4) + 20);
    int adds = 0;
    for (const Node& node : graph.nodes())
        adds += node.op == "Add";
    EXPECT_EQ(adds, 3);
}

TEST(NetworkFile, ReadsNamedInputsAndConcatenates)
{
    const Graph graph = parsed(R"([
        {"op": "conv", "name": "a", "filters": 4, "kernel": [1]},
        {"op": "conv", "name": "b", "filters": 6, "kernel": [3], "pad": [1], "inputs": ["input"]},
        {"op": "concat", "inputs": ["a", "b"]}])");
    EXPECT_EQ(graph.tensor(graph.outputs[0]).shape, Shape({1, 10, 8, 8}));
}

TEST(NetworkFile, GivesOneGroupPerChannelToDepthwiseLayers)
{
    const Graph graph = parsed(R"([{"op": "conv", "depthwise": true, "kernel": [3], "pad": [1], "stride": [2]}])");
    const Contraction& c = *graph.nodes().begin()->as<Contraction>();
    EXPECT_TRUE(c.depthwise());
    EXPECT_EQ(c.groups, 3);
    EXPECT_EQ(c.macs(), 3 * 9 * 16);
}

TEST(NetworkFile, NamesTheLayerAndKeyOfEveryFault)
{
    EXPECT_THAT(fault(R"([{"op": "conv", "filters": 4}])"), HasSubstr("net.json: layers[0].kernel: is missing"));
    EXPECT_THAT(fault(R"([{"op": "conv", "kernel": [3]}])"), HasSubstr("net.json: layers[0].filters: is missing"));
    EXPECT_THAT(fault(R"([{"op": "conv", "kernel": [3], "depthwise": true, "filters": 4}])"),
                HasSubstr("depthwise over 3 channels cannot have 4 filters"));
    EXPECT_THAT(fault(R"([{"op": "dense", "units": 4, "kernel": [3]}])"), HasSubstr("layers[0].kernel: unknown key"));
    EXPECT_THAT(fault(R"([{"op": "convolve"}])"), HasSubstr("layers[0].op: must be one of"));
    EXPECT_THAT(fault(R"([{"op": "conv", "filters": 4, "kernel": [0]}])"), HasSubstr("kernel"));
    EXPECT_THAT(fault(R"([{"op": "conv", "filters": 4, "kernel": [9]}])"), HasSubstr("conv1"));
    EXPECT_THAT(fault(R"([{"op": "conv", "filters": 4, "kernel": [3], "groups": 2}])"),
                HasSubstr("2 groups for 3 input"));
    EXPECT_THAT(fault(R"([{"op": "dense", "units": 4}])"), HasSubstr("is a flatten missing"));
    EXPECT_THAT(fault(R"([{"op": "relu", "inputs": ["elsewhere"]}])"), HasSubstr("'elsewhere'"));
    EXPECT_THAT(fault(R"([{"op": "concat"}])"), HasSubstr("needs two inputs"));
    EXPECT_THAT(fault(R"([])"), HasSubstr("at least one layer"));
    EXPECT_THAT(fault(R"([{"op": "residual", "layers": [{"op": "conv", "filters": 4, "kernel": [1]}]}])"),
                HasSubstr("do not fit together"));
}

TEST(NetworkFile, TellsWhenAFileIsOfAnotherKind)
{
    try {
        load_network(std::filesystem::path(IMC_SOURCE_DIR) / "configs" / "experiments" / "lenet5_rram.json");
        ADD_FAILURE() << "an experiment was taken for a network";
    } catch (const ConfigError& e) {
        EXPECT_THAT(e.what(), HasSubstr("lenet5_rram.json: schema: must be \"imcsim.network/1\" or "
                                        "\"imcsim.graph/1\", got \"imcsim.experiment/1\""));
    }
}

TEST(NetworkFile, RefusesNetworksThatRepeatsBlowUp)
{
    std::string nested = R"([{"op": "relu"}])";
    for (int i = 0; i < 4; ++i)
        nested = R"([{"op": "repeat", "times": 1000, "layers": )" + nested + "}]";
    EXPECT_THAT(fault(nested), HasSubstr("more than 100000 layers"));
}

TEST(NetworkFile, IsToldFromOnnxByItsContentNotItsName)
{
    const auto file = std::filesystem::temp_directory_path() / "imcsim_network_without_extension";
    std::filesystem::copy_file(shipped("lenet5"), file, std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(macs(load_network(file)), 416'520);
    std::filesystem::remove(file);
}

} // namespace
