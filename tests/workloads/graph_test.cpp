#include "workloads/graph.h"

#include <stdexcept>

#include <gtest/gtest.h>

using namespace imc;

namespace
{

Tensor tensor(std::string name, Shape shape, bool constant = false)
{
    Tensor t;
    t.name = std::move(name);
    t.shape = std::move(shape);
    t.is_constant = constant;
    return t;
}

/// x → fc (10 × 4 weights, bias) → relu → y, and x → relu2 → z.
struct GraphTest : ::testing::Test {
    Graph graph;
    TensorId x = graph.add_tensor(tensor("x", {1, 10}));
    TensorId w = graph.add_tensor(tensor("w", {10, 4}, true));
    TensorId b = graph.add_tensor(tensor("b", {4}, true));
    TensorId h = graph.add_tensor(tensor("h", {1, 4}));
    TensorId y = graph.add_tensor(tensor("y", {1, 4}));
    NodeId relu, fc;

    GraphTest()
    {
        graph.inputs = {x};
        graph.outputs = {y};
        relu = graph.add_node({"relu", "Relu", {h}, {y}, Elementwise{}});
        Contraction c;
        c.moving = x, c.stationary = w, c.bias = b, c.result = h;
        c.k = 10, c.n = 4;
        fc = graph.add_node({"fc", "Gemm", {x, w, b}, {h}, c});
    }
};

TEST_F(GraphTest, KnowsProducersAndConsumers)
{
    EXPECT_FALSE(graph.producer(x).valid());
    EXPECT_EQ(graph.producer(h), fc);
    EXPECT_EQ(graph.consumers(h), std::vector<NodeId>{relu});
    EXPECT_EQ(graph.find_node("fc"), fc);
    EXPECT_FALSE(graph.find_node("nothing").valid());
    EXPECT_EQ(graph.find_tensor("h"), h);
}

TEST_F(GraphTest, OrdersProducersBeforeConsumers)
{
    EXPECT_EQ(graph.topological_order(), (std::vector<NodeId>{fc, relu}));
}

TEST_F(GraphTest, NamesANodeThatWaitsForACycle)
{
    const TensorId p = graph.add_tensor(tensor("p", {1}));
    const TensorId q = graph.add_tensor(tensor("q", {1}));
    graph.add_node({"forth", "Relu", {p}, {q}, Elementwise{}});
    graph.add_node({"back", "Relu", {q}, {p}, Elementwise{}});
    try {
        graph.topological_order();
        FAIL() << "a cycle went unnoticed";
    } catch (const std::logic_error& e) {
        EXPECT_NE(std::string(e.what()).find("'forth'"), std::string::npos) << e.what();
    }
}

TEST_F(GraphTest, RefusesASecondProducerASecondNameAndWritingToAConstant)
{
    const TensorId z = graph.add_tensor(tensor("z", {1, 4}));
    EXPECT_THROW(graph.add_node({"again", "Relu", {x}, {h}, Elementwise{}}), std::invalid_argument);
    EXPECT_THROW(graph.add_node({"fc", "Relu", {x}, {z}, Elementwise{}}), std::invalid_argument);
    EXPECT_THROW(graph.add_node({"over", "Relu", {x}, {w}, Elementwise{}}), std::invalid_argument);
}

TEST_F(GraphTest, CountsMacsAndParametersPerLayer)
{
    const auto list = layers(graph);
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0].name, "fc");
    EXPECT_EQ(list[0].macs, 40);
    EXPECT_EQ(list[0].parameters, 44);
    EXPECT_EQ(list[0].output_shape, Shape({1, 4}));
    EXPECT_EQ(macs(graph), 40);
    EXPECT_EQ(parameters(graph), 44);
}

TEST_F(GraphTest, ForgetsDroppedNodesAndTheTensorsOnlyTheyUsed)
{
    graph.redirect(y, h);
    const Graph smaller = graph.without({relu});
    EXPECT_EQ(smaller.nodes().size(), 1u);
    EXPECT_EQ(smaller.tensors().size(), 4u);
    EXPECT_EQ(smaller.outputs, std::vector<TensorId>{smaller.find_tensor("h")});
    EXPECT_EQ(smaller.node(NodeId(0)).as<Contraction>()->stationary, smaller.find_tensor("w"));
}

TEST(Contraction, CountsGroupsKernelPointsAndBatch)
{
    // MobileNetV2's first depthwise layer: 32 channels, 3×3, 112×112.
    Contraction c;
    c.gather = Window{32, {{112, 3, 1, 1, 1, 1, 112}, {112, 3, 1, 1, 1, 1, 112}}};
    c.m = c.window()->output_points();
    c.k = c.window()->kernel_points();
    c.groups = 32;
    EXPECT_TRUE(c.depthwise());
    EXPECT_EQ(c.macs(), 32 * 9 * 112 * 112);
    EXPECT_EQ(c.stationary_elements(), 32 * 9);
    c.batch = 4;
    EXPECT_EQ(c.macs(), 4 * 32 * 9 * 112 * 112);
    EXPECT_EQ(c.stationary_elements(), 32 * 9);
    c.m = std::int64_t{1} << 60;
    EXPECT_THROW(c.macs(), std::overflow_error);
}

} // namespace
