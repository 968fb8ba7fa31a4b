// The networks of the shared material: counts known from the networks' authors and exporters.

#include <gtest/gtest.h>

#include "tests/support/shared.h"
#include "workloads/network.h"

using namespace imc;

namespace
{

struct Expected {
    const char* name;
    std::int64_t macs;
    std::int64_t parameters; ///< 0: not stated by the source
    std::int64_t stored;
};

void PrintTo(const Expected& e, std::ostream* out) { *out << e.name; }

class SharedNetwork : public ::testing::TestWithParam<Expected>
{
};

TEST_P(SharedNetwork, ImportsWithItsExactCounts)
{
    IMC_SHARED_OR_SKIP(file, std::string("networks/") + GetParam().name + ".onnx");
    const Import import = import_network(file);
    EXPECT_TRUE(import.unsupported.empty());
    EXPECT_EQ(macs(import.graph), GetParam().macs);
    if (GetParam().parameters) {
        EXPECT_EQ(parameters(import.graph), GetParam().parameters);
        EXPECT_EQ(import.graph.stored_parameters, GetParam().stored);
    }
    std::int64_t sum = 0;
    for (const LayerSummary& layer : layers(import.graph))
        sum += layer.macs;
    EXPECT_EQ(sum, GetParam().macs);
}

INSTANTIATE_TEST_SUITE_P(Networks, SharedNetwork,
                         ::testing::Values(Expected{"alexnet", 714'188'480, 61'100'840, 61'100'840},
                                           Expected{"vgg16", 15'470'264'320, 138'357'544, 138'350'184},
                                           Expected{"resnet18", 1'814'073'344, 11'684'712, 11'680'872},
                                           Expected{"resnet50", 4'089'184'256, 25'530'472, 25'507'944},
                                           Expected{"mobilenet_v2", 300'774'272, 3'487'816, 3'475'008},
                                           Expected{"vit_b_16", 17'563'828'224, 0, 0},
                                           Expected{"bert_base_s128", 11'173'627'392, 0, 0}),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(SharedNetworks, GiveWeightsAsInputsOfWhichOnlyTheFirstIsAnInference)
{
    IMC_SHARED_OR_SKIP(file, "networks/resnet18.onnx");
    const Graph graph = load_network(file);
    ASSERT_EQ(graph.inputs.size(), 1u);
    EXPECT_EQ(graph.tensor(graph.inputs[0]).shape, Shape({1, 3, 224, 224}));
    ASSERT_EQ(graph.outputs.size(), 1u);
    EXPECT_EQ(graph.tensor(graph.outputs[0]).name, "logits");
    EXPECT_EQ(graph.tensor(graph.outputs[0]).shape, Shape({1, 1000}));
    for (const Node& node : graph.nodes())
        EXPECT_TRUE(!node.as<Move>() || node.as<Move>()->function != Move::Function::identity) << node.name;
}

TEST(SharedNetworks, FoldTheChainsExportersLeaveInVisionTransformers)
{
    IMC_SHARED_OR_SKIP(file, "networks/vit_b_16.onnx");
    const Graph graph = load_network(file);
    for (const Node& node : graph.nodes()) {
        EXPECT_NE(node.op, "Shape") << node.name;
        EXPECT_NE(node.op, "Constant") << node.name;
        EXPECT_NE(node.op, "Where") << node.name;
        for (const TensorId t : node.outputs)
            EXPECT_TRUE(is_floating(graph.tensor(t).type)) << node.name;
    }
    const Contraction& scores =
        *graph.node(graph.find_node("/encoder/layers/encoder_layer_0/self_attention/MatMul_1")).as<Contraction>();
    EXPECT_EQ(scores.residency, Residency::per_inference);
    EXPECT_TRUE(scores.stationary_batched);
    EXPECT_EQ(scores.batch, 12);
    EXPECT_EQ(scores.m, 197);
    EXPECT_EQ(scores.k, 64);
    EXPECT_EQ(scores.n, 197);
}

} // namespace
