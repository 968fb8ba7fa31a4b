#include "workloads/transform/quantise.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/random.h"
#include "workloads/execute/execute.h"
#include "workloads/execute/quantised.h"
#include "workloads/execute/requantise.h"
#include "workloads/network.h"
#include "workloads/read/onnx_reader.h"
#include "workloads/transform/fuse_qdq.h"
#include "workloads/transform/randomise.h"
#include "workloads/write/onnx_writer.h"

using namespace imc;

namespace
{

Graph shipped(const std::string& name)
{
    return with_random_weights(
        load_network(std::filesystem::path(IMC_SOURCE_DIR) / "configs" / "networks" / (name + ".json")), 5);
}

std::vector<Value> random_image(const Graph& graph, std::uint64_t seed)
{
    const Shape& shape = graph.tensor(graph.inputs[0]).shape;
    TensorData data(ElementType::float32, shape.elements());
    RandomStream stream(seed, "image");
    for (float& v : data.as<float>())
        v = static_cast<float>(stream.uniform());
    return {Value(shape, std::move(data))};
}

ValueRanges ranges_of(const Graph& graph, double percentile = 100)
{
    std::vector<std::vector<Value>> samples;
    for (std::uint64_t i = 0; i < 4; ++i)
        samples.push_back(random_image(graph, 100 + i));
    return calibrate(graph, samples, percentile);
}

/// Signal power over error power of the outputs, in decibels.
double snr_db(const Value& exact, const Value& approximate)
{
    double signal = 0, error = 0;
    for (std::int64_t i = 0; i < exact.elements(); ++i) {
        const double e = exact.data->real(i), d = approximate.data->real(i) - e;
        signal += e * e;
        error += d * d;
    }
    return 10 * std::log10(signal / error);
}

double quantisation_snr(const Graph& graph, const QuantiseOptions& options)
{
    // Calibrated on the images themselves: what is measured is rounding, not clipping.
    std::vector<std::vector<Value>> images;
    for (std::uint64_t i = 0; i < 3; ++i)
        images.push_back(random_image(graph, i));
    const Graph integer = quantise(graph, calibrate(graph, images), options);
    double total = 0;
    for (const auto& image : images) {
        total += snr_db(execute(graph, image)[0], execute(integer, image)[0]) / 3;
    }
    return total;
}

TEST(Requantiser, IsTheNearestEvenMultiple)
{
    // Against exact rational arithmetic: scale = p / 2^q.
    RandomStream random(3, "requantiser");
    for (int i = 0; i < 20000; ++i) {
        const auto p = static_cast<std::int64_t>(1 + random.below(1u << 31)); // fits the multiplier exactly
        const int q = static_cast<int>(random.below(50));
        const auto sum = static_cast<std::int64_t>(random.below(1u << 30)) - (1 << 29);
        const Requantiser r(std::ldexp(static_cast<double>(p), -q));
        __extension__ using Wide = __int128;
        const Wide product = static_cast<Wide>(sum) * p, unit = Wide{1} << q;
        Wide floor = product / unit;
        if (product % unit != 0 && product < 0)
            --floor;
        const Wide twice = 2 * (product - floor * unit);
        const Wide expected = twice > unit || (twice == unit && (floor & 1)) ? floor + 1 : floor;
        if (expected > std::numeric_limits<std::int64_t>::max() || expected < std::numeric_limits<std::int64_t>::min())
            continue;
        ASSERT_EQ(r.apply(sum), static_cast<std::int64_t>(expected)) << sum << " * " << p << " / 2^" << q;
    }
    EXPECT_EQ(Requantiser(0.5).apply(1), 0);
    EXPECT_EQ(Requantiser(0.5).apply(3), 2);
    EXPECT_EQ(Requantiser(0.5).apply(-1), 0);
    EXPECT_EQ(Requantiser(0.5).apply(-3), -2);
    EXPECT_EQ(Requantiser(0.0).apply(1000), 0);
    EXPECT_THROW(Requantiser(-1.0), std::invalid_argument);
    EXPECT_THROW(Requantiser(std::nan("")), std::invalid_argument);
}

TEST(Quantise, CostsSixDecibelsPerBitUntilTheOtherOperandLimits)
{
    const Graph lenet = shipped("lenet5");
    double before = 0;
    for (const int bits : {4, 6, 8, 12}) {
        const double snr = quantisation_snr(lenet, {bits, bits, true});
        EXPECT_GT(snr, before + 8) << bits << " bits: " << snr << " dB";
        before = snr;
    }
    EXPECT_GT(before, 55);
    EXPECT_GT(quantisation_snr(lenet, {8, 8, true}), 28);
    EXPECT_GT(quantisation_snr(lenet, {16, 16, false}), 75);
}

TEST(Quantise, HandlesResidualsDepthwiseLayersAndPadding)
{
    for (const char* name : {"resnet20_cifar10", "mobilenetv2_cifar10"}) {
        const Graph graph = shipped(name);
        EXPECT_GT(quantisation_snr(graph, {8, 8, true}), 15) << name;
        EXPECT_GT(quantisation_snr(graph, {16, 16, true}), 60) << name;
    }
}

TEST(Quantise, LeavesOnlyIntegersBetweenTheFirstAndTheLastNode)
{
    const Graph graph = shipped("resnet20_cifar10");
    const Graph integer = quantise(graph, ranges_of(graph));
    int relus = 0, contractions = 0;
    for (const Node& node : integer.nodes()) {
        relus += node.op == "Relu";
        if (node.op == "QuantizeLinear" || node.op == "DequantizeLinear")
            continue;
        for (const TensorId t : node.outputs) {
            const Tensor& tensor = integer.tensor(t);
            EXPECT_TRUE(is_integer(tensor.type)) << tensor.name;
            ASSERT_TRUE(tensor.quantisation) << tensor.name;
        }
        if (const auto* c = node.as<Contraction>()) {
            ++contractions;
            EXPECT_EQ(integer.tensor(c->stationary).type, ElementType::int8);
            EXPECT_EQ(integer.tensor(c->bias).type, ElementType::int32);
        }
    }
    EXPECT_EQ(relus, 0) << "a ReLU is the saturation of the result before it";
    EXPECT_EQ(contractions, 20);
    EXPECT_EQ(macs(integer), macs(graph));
    EXPECT_EQ(parameters(integer), parameters(graph));
}

TEST(Quantise, TakesTheGoldenSumsFromTheIntegersThemselves)
{
    // One dense layer by hand: every sum, bias and rounding in 64-bit integers.
    const Graph graph = shipped("lenet5");
    const Graph integer = quantise(graph, ranges_of(graph));
    IdVector<TensorId, Value> values(integer.tensors().size());
    execute(integer, random_image(graph, 9), [&](TensorId id, const Value& v) { values[id] = v; });
    const Node& node = integer.node(integer.find_node("fc2"));
    const Contraction& c = *node.as<Contraction>();
    const auto x = values[c.moving].to_integers();
    const auto w = Value(integer.tensor(c.stationary).shape, integer.tensor(c.stationary).data).to_integers();
    const auto bias = Value(integer.tensor(c.bias).shape, integer.tensor(c.bias).data).to_integers();
    const Quantisation &qx = *integer.tensor(c.moving).quantisation, &qw = *integer.tensor(c.stationary).quantisation,
                       &qy = *integer.tensor(c.result).quantisation;
    ASSERT_EQ(c.n, 84);
    for (std::int64_t n = 0; n < c.n; ++n) {
        std::int64_t sum = bias[static_cast<std::size_t>(n)];
        for (std::int64_t k = 0; k < c.k; ++k)
            sum += x[static_cast<std::size_t>(k)] * w[static_cast<std::size_t>(n * c.k + k)];
        const double exact =
            static_cast<double>(sum) * qx.scale[0] * qw.scale[static_cast<std::size_t>(n)] / qy.scale[0];
        const double rounded = std::min(255.0, std::max(0.0, std::nearbyint(exact)));
        EXPECT_EQ(values[c.result].data->integer(n), static_cast<std::int64_t>(rounded)) << n << ": " << exact;
    }
}

TEST(Quantise, SurvivesTheWayThroughQdqOnnxBitForBit)
{
    for (const char* name : {"lenet5", "resnet20_cifar10", "mobilenetv2_cifar10"}) {
        const Graph graph = shipped(name);
        const Graph integer = quantise(graph, ranges_of(graph));
        const Graph qdq = build_graph(parse_onnx(onnx_bytes(integer), name, {})).graph;
        const Graph again = fuse_qdq(qdq);
        int contractions = 0;
        for (const Node& node : again.nodes())
            if (const auto* c = node.as<Contraction>()) {
                EXPECT_TRUE(c->quantised) << node.name;
                ++contractions;
            }
        EXPECT_EQ(contractions, static_cast<int>(layers(graph).size()));
        const auto image = random_image(graph, 11);
        const Value golden = execute(integer, image)[0];
        EXPECT_TRUE(std::ranges::equal(golden.data->bytes(), execute(again, image)[0].data->bytes())) << name;
        // Run in float, the same model is the same up to roundings of the last bit here and there.
        EXPECT_GT(snr_db(golden, execute(qdq, image)[0]), 25) << name;
    }
}

TEST(Calibrate, CutsOutliersByPercentile)
{
    const Graph graph = shipped("lenet5");
    const ValueRanges all = ranges_of(graph), cut = ranges_of(graph, 99);
    const TensorId t = graph.find_tensor("conv1_relu");
    ASSERT_TRUE(t.valid());
    EXPECT_LT(cut[t].high, all[t].high);
    EXPECT_GT(cut[t].high, 0.3 * all[t].high);
    EXPECT_EQ(all[t].low, 0);
    EXPECT_THROW(calibrate(graph, {}), ConfigError);
    EXPECT_THROW(ranges_of(graph, 20), std::invalid_argument);
}

TEST(Quantise, RefusesWeightsWithoutDataAndSillyWidths)
{
    const Graph graph = shipped("lenet5");
    const ValueRanges ranges = ranges_of(graph);
    EXPECT_THROW(quantise(without_weights(graph), ranges), ConfigError);
    EXPECT_THROW(quantise(graph, ranges, {1, 8, true}), std::invalid_argument);
    EXPECT_THROW(quantise(graph, ranges, {8, 17, true}), std::invalid_argument);
}

} // namespace
