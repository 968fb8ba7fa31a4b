// libtorch's view of a graph against our own executors, and against ONNX's published operator tests.

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

#include "nas/train/fake_quantise.h"
#include "nas/train/insert_norms.h"
#include "nas/train/torch_operators.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/chip/random_network.h"
#include "tests/nas/training/torch_support.h"
#include "workloads/lower/build.h"
#include "workloads/network.h"
#include "workloads/read/onnx_reader.h"
#include "workloads/transform/fold_batch_norm.h"
#include "workloads/transform/quantise.h"

using namespace imc;
using namespace imc::training;
using namespace imc::training::test;
namespace fs = std::filesystem;

namespace
{

const fs::path networks = fs::path(IMC_SOURCE_DIR) / "configs" / "networks";

/// With weights and small biases.
Graph with_numbers(const Graph& graph)
{
    Parameters parameters = parameters_of(graph, 3);
    RandomStream random(4, "biases");
    for (auto& [tensor, value] : parameters.weights)
        if (value.dim() == 1) {
            at::Tensor v = value.detach();
            for (std::int64_t i = 0; i < v.numel(); ++i)
                v.data_ptr<float>()[i] = static_cast<float>(0.2 * random.uniform() - 0.1);
        }
    return with_parameters(graph, parameters);
}

Graph shipped(const std::string& name) { return with_numbers(load_network(networks / (name + ".json"))); }

TEST(TorchNetwork, ComputesWhatTheFloatExecutorComputesForBatchesOfAnySize)
{
    for (const char* name : {"lenet5", "cnn_cifar10", "resnet20_cifar10", "mobilenetv2_cifar10", "vgg8_cifar10"}) {
        const Graph graph = shipped(name);
        const TorchNetwork network(graph);
        Parameters parameters = parameters_of(graph, 3);
        const Shape item = graph.tensor(graph.inputs[0]).shape;
        std::vector<std::int64_t> batch = item.values();
        batch[0] = 3;
        const Value images = random_value(Shape(std::span<const std::int64_t>(batch)), 11);
        const at::NoGradGuard no_gradients;
        const Value all = to_value(network.output(to_tensor(images), parameters, {}));
        for (std::int64_t i = 0; i < 3; ++i) {
            TensorData one(ElementType::float32, item.elements());
            std::copy_n(images.data->as<float>().begin() + i * item.elements(), item.elements(),
                        one.as<float>().begin());
            const Value expected = execute(graph, std::vector{Value(item, std::move(one))})[0];
            TensorData row(ElementType::float32, expected.elements());
            std::copy_n(all.data->as<float>().begin() + i * expected.elements(), expected.elements(),
                        row.as<float>().begin());
            EXPECT_LT(relative_error(Value(expected.shape, std::move(row)), expected), 1e-5) << name << " image " << i;
        }
    }
}

TEST(TorchNetwork, InsertedNormsFoldAwayAndLeaveTheSameFunction)
{
    const Graph graph = with_batch_norms(shipped("lenet5"));
    Parameters parameters = parameters_of(graph, 3);
    RandomStream random(5, "norms");
    std::size_t norms = 0;
    for (auto* numbers : {&parameters.weights, &parameters.running})
        for (auto& [name, value] : *numbers)
            if (name.find("_norm_") != std::string::npos) {
                at::Tensor v = value.detach();
                for (std::int64_t i = 0; i < v.numel(); ++i)
                    v.data_ptr<float>()[i] = static_cast<float>(0.5 + random.uniform());
                ++norms;
            }
    ASSERT_EQ(norms, 8u) << "two convolutions, four vectors each";
    const TorchNetwork network(graph);
    const Value image = random_value(graph.tensor(graph.inputs[0]).shape, 12);
    const at::NoGradGuard no_gradients;
    const Value got = to_value(network.output(to_tensor(image), parameters, {}));
    const Graph folded = fold_batch_norm(with_parameters(graph, parameters));
    EXPECT_EQ(folded.nodes().size(), shipped("lenet5").nodes().size());
    EXPECT_LT(relative_error(got, execute(folded, std::vector{image})[0]), 1e-5);
}

/// Fake quantisation against the integer network that is exported, in steps of the output's grid: worst and mean.
std::pair<double, double> steps_apart(const Graph& graph, const QuantiseOptions& options)
{
    std::vector<std::vector<Value>> samples;
    for (std::uint64_t i = 0; i < 3; ++i)
        samples.push_back({random_value(graph.tensor(graph.inputs[0]).shape, 20 + i)});
    const ValueRanges ranges = calibrate(graph, samples, 99.9);
    Parameters parameters = parameters_of(graph, 3);
    const QuantisationPlan plan = plan_quantisation(graph, ranges, options, parameters);
    Pass pass;
    pass.plan = &plan;
    const at::NoGradGuard no_gradients;
    const TorchNetwork network(graph);
    const Value got = to_value(network.output(to_tensor(samples[0][0]), parameters, pass));
    const Graph integers = quantise(graph, learnt_ranges(graph, plan, parameters), options);
    const Value expected = execute(integers, samples[0])[0];
    double step = 0; // of the output's grid
    for (const auto& [tensor, grid] : plan.activations)
        if (tensor == graph.tensor(graph.outputs[0]).name)
            step = parameters.ranges.at(grid.range).item<double>();
    EXPECT_GT(step, 0.0);
    double worst = 0, sum = 0;
    for (std::int64_t i = 0; i < expected.elements(); ++i) {
        const double steps = std::abs(got.data->real(i) - expected.data->real(i)) / step;
        worst = std::max(worst, steps);
        sum += steps;
    }
    return {worst, sum / static_cast<double>(expected.elements())};
}

TEST(TorchNetwork, FakeQuantisationIsTheIntegerNetwork)
{
    for (const int bits : {8, 4, 2})
        for (const char* name : {"lenet5", "resnet20_cifar10"}) {
            const auto [worst, mean] = steps_apart(shipped(name), {bits, bits == 2 ? 4 : 8, true});
            // Rounding of a tie in single precision may move an activation by one step of its own grid.
            EXPECT_LT(worst, 1.5) << name << " " << bits << " bits";
            EXPECT_LT(mean, 0.5) << name << " " << bits << " bits";
        }
}

TEST(TorchNetwork, IsTheFloatAndTheIntegerExecutorOnRandomNetworks)
{
    RandomStream random(17, "networks");
    for (int i = 0; i < 60; ++i) {
        const Graph graph = with_numbers(imc::test::random_classifier(random));
        const TorchNetwork network(graph);
        Parameters parameters = parameters_of(graph, 3);
        const Value image = random_value(graph.tensor(graph.inputs[0]).shape, 40 + static_cast<std::uint64_t>(i));
        const at::NoGradGuard no_gradients;
        EXPECT_LT(relative_error(to_value(network.output(to_tensor(image), parameters, {})),
                                 execute(graph, std::vector{image})[0]),
                  1e-5)
            << "network " << i;
        for (const int bits : {8, 3}) {
            const auto [worst, mean] = steps_apart(graph, {bits, 8, i % 2 == 0});
            EXPECT_LT(worst, 1.5) << "network " << i << ", " << bits << " bits";
            EXPECT_LT(mean, 0.5) << "network " << i << ", " << bits << " bits";
        }
    }
}

TEST(TorchNetwork, GradientsAreTheSlopesOfTheLoss)
{
    const Graph graph = shipped("lenet5");
    const TorchNetwork network(graph);
    Parameters parameters = parameters_of(graph, 3);
    const at::Tensor x = to_tensor(random_value(graph.tensor(graph.inputs[0]).shape, 13));
    const at::Tensor label = at::full({1}, 4, at::kLong);
    const auto loss = [&] { return at::cross_entropy_loss(network.logits(x, parameters, {}), label); };
    loss().backward();
    for (auto& [name, w] : parameters.weights) {
        at::Tensor numbers = w.detach();
        const at::Tensor gradient = w.grad();
        const std::int64_t i = gradient.abs().argmax().item<std::int64_t>();
        const double slope = gradient.flatten()[i].item<double>(), h = 1e-3;
        float& value = numbers.data_ptr<float>()[i];
        const float before = value;
        value = before + static_cast<float>(h);
        const double up = loss().item<double>();
        value = before - static_cast<float>(h);
        const double down = loss().item<double>();
        value = before;
        EXPECT_NEAR((up - down) / (2 * h), slope, 0.02 * std::abs(slope) + 1e-3) << name;
    }
}

TEST(TorchNetwork, RefusesByNameWhatHasNoGradient)
{
    Graph graph = load_network(networks / "lenet5.json");
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        Node node = graph.node(NodeId(i));
        if (auto* e = node.as<Elementwise>()) {
            e->function = Elementwise::Function::sign;
            const std::string name = node.name;
            graph.replace_node(NodeId(i), node);
            try {
                const TorchNetwork network(graph);
                FAIL() << "was taken";
            } catch (const ConfigError& error) {
                EXPECT_NE(std::string(error.what()).find("'" + name + "'"), std::string::npos) << error.what();
            }
            return;
        }
    }
}

/// Runs one of ONNX's operator tests with libtorch; false if its operators are not for training.
bool operator_case(const fs::path& folder, double& error)
{
    const Model model = read_onnx(folder / "model.onnx");
    const fs::path data = folder / "test_data_set_0";
    ImportOptions options;
    options.fold_batch_norm = false;
    std::vector<Value> given;
    for (std::size_t i = 0; i < model.inputs.size(); ++i) {
        const fs::path file = data / ("input_" + std::to_string(i) + ".pb");
        given.push_back(parse_tensor_proto(read_file(file), file.string()));
        if (i == 0)
            options.inputs.push_back(model.inputs[0].name);
        else
            options.fixed[model.inputs[i].name] = given.back();
    }
    const Import import = build_graph(model, options);
    const Graph& graph = import.graph;
    if (!import.unsupported.empty() || graph.inputs.size() != 1 || graph.nodes().empty() ||
        given[0].type() != ElementType::float32)
        return false;
    for (const Node& node : graph.nodes())
        if (!refusal(graph, node).empty())
            return false;
    for (const TensorId out : graph.outputs)
        if (graph.tensor(out).type != ElementType::float32)
            return false;
    Parameters parameters = parameters_of(graph, 1);
    const Pass pass;
    Operands operands(graph, parameters, pass);
    operands.put(graph.inputs[0], to_tensor(given[0]));
    const at::NoGradGuard no_gradients;
    for (const NodeId id : graph.topological_order())
        compute(graph.node(id), operands);
    for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
        const fs::path file = data / ("output_" + std::to_string(i) + ".pb");
        const Value expected = parse_tensor_proto(read_file(file), file.string());
        if (!operands.has(graph.outputs[i]) && !graph.tensor(graph.outputs[i]).data) {
            ADD_FAILURE() << folder << ": nothing computed " << graph.tensor(graph.outputs[i]).name;
            return true;
        }
        const Value got = to_value(operands.at(graph.outputs[i]));
        if (!(got.shape == expected.shape)) {
            error = 1e9;
            return true;
        }
        error = std::max(error, relative_error(got, expected));
    }
    return true;
}

TEST(TorchNetwork, ComputesOnnxsOperatorTests)
{
    std::size_t ran = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(IMC_ONNX_TEST_DATA) / "node")) {
        if (!fs::exists(entry.path() / "model.onnx"))
            continue;
        double error = 0;
        try {
            if (!operator_case(entry.path(), error))
                continue;
        } catch (const ConfigError&) {
            continue; // refused when read: the reader's own tests see to that
        } catch (const std::exception& e) {
            ADD_FAILURE() << entry.path().filename() << ": " << e.what();
        }
        ++ran;
        EXPECT_LT(error, 1e-3) << entry.path().filename();
    }
    EXPECT_GT(ran, 100u) << "the cases were not found";
}

} // namespace
