#include <cstdlib>

#include <gtest/gtest.h>

#include "sim/base/config/document.h"
#include "sim/base/random.h"
#include "sim/values/mapped_network.h"
#include "tests/values/values_support.h"
#include "workloads/network.h"
#include "workloads/transform/fuse_qdq.h"
#include "workloads/transform/quantise.h"
#include "workloads/transform/randomise.h"

using namespace imc;
using namespace imc::values;
namespace fs = std::filesystem;

namespace
{

const fs::path configs = fs::path(IMC_SOURCE_DIR) / "configs";

ChipConfig chip(const std::string& name)
{
    return config::Document::load(configs / "chips" / (name + ".json")).read<ChipConfig>();
}

/// The network quantised without images: every tensor gets the same range. Sums do not depend on scales.
Graph integers(const Graph& graph)
{
    ValueRanges ranges(graph.tensors().size());
    for (std::size_t i = 0; i < ranges.size(); ++i)
        ranges[TensorId(i)] = {0.0, 1.0};
    return quantise(graph, ranges);
}

void fill(Value& value, RandomStream& random)
{
    const auto [low, high] = integer_range(value.type());
    TensorData data(value.type(), value.elements());
    for (std::int64_t i = 0; i < data.elements(); ++i)
        data.set_integer(i, low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1))));
    value = Value(value.shape, std::move(data));
}

/// Weights of the whole range of their type in every contraction.
Graph with_full_range_weights(Graph graph, RandomStream& random)
{
    for (const Node& node : graph.nodes())
        if (const auto* c = node.as<imc::Contraction>(); c && c->quantised) {
            Tensor& t = graph.tensor(c->stationary);
            Value v(t.shape, t.data);
            fill(v, random);
            t.data = v.data;
        }
    return graph;
}

/// Runs every layer of a network, mapped on a chip, on full-range inputs at a few output positions; counts the layers
/// that differ from exact integer sums. The converters have the bits that each layer requires, less `bits_less`.
int layers_that_differ(const std::string& network, MacroConfig macro, ChipConfig on, int bits_less, int& layers)
{
    RandomStream random(5, network);
    const Graph graph = with_random_weights(load_network(configs / "networks" / (network + ".json")), 1);
    on.tiles[0].core.macro = macro;
    const mapping::Options options;
    const mapping::PrecisionOptions precision;
    const mapping::Mapping mapping = mapping::map_network(graph, on, precision, options);
    Graph quantised = with_full_range_weights(integers(graph), random);
    const MappedNetwork mapped(quantised, graph, mapping, macro, precision, options, {});
    int different = 0;
    layers = static_cast<int>(mapped.layers().size());
    for (const MappedLayer& layer : mapped.layers()) {
        const LayerMatrix& matrix = *layer.matrix;
        bool differs = false;
        for (std::size_t cut = 0; cut < std::min<std::size_t>(matrix.plan().cuts.size(), 4); ++cut) {
            const imc::Contraction& c = matrix.contraction();
            const auto [low, high] = input_limits(matrix.spec());
            auto x = test::random_matrix(random, 5, static_cast<std::size_t>(matrix.cut(cut).groups * c.k), low, high);
            for (auto& v : x.row(0))
                v = static_cast<std::int32_t>(high);
            int rows = 0;
            for (const Block& b : matrix.cut(cut).blocks)
                rows = std::max(rows, static_cast<int>(b.rows));
            ArraySpec spec(matrix.spec());
            spec.adc.bits = std::max(1, spec.required_bits(spec.active(rows)) - bits_less);
            const Matrix<double> y = matrix.program(cut, spec, nullptr, 0).run(x);
            differs = differs || y != test::product(x, matrix.weights(cut));
        }
        different += differs ? 1 : 0;
    }
    return different;
}

std::vector<std::string> networks()
{
    std::vector<std::string> names = {"lenet5", "resnet20_cifar10"};
    if (std::getenv("IMCSIM_LONG_TESTS"))
        names.insert(names.end(), {"vgg8_cifar10", "mobilenetv2_cifar10", "resnet18", "vgg16"});
    return names;
}

} // namespace

TEST(MappedNetwork, EveryLayerEqualsTheExactSumsWithEveryEncodingAndEnoughBits)
{
    const ChipConfig isaac = chip("isaac_rram");
    for (const std::string& network : networks())
        for (const Encoding encoding :
             {Encoding::biased, Encoding::biased_flip, Encoding::offset_column, Encoding::differential_analog,
              Encoding::differential_digital, Encoding::twos_complement, Encoding::xnor}) {
            MacroConfig macro = isaac.tiles[0].core.macro;
            macro.encoding = encoding;
            const bool one_bit = encoding == Encoding::twos_complement || encoding == Encoding::xnor;
            macro.cell.bits = one_bit ? 1 : 2;
            int layers = 0;
            EXPECT_EQ(layers_that_differ(network, macro, isaac, 0, layers), 0)
                << network << " " << test::name_of(encoding);
            EXPECT_GT(layers, 4);
        }
}

TEST(MappedNetwork, EveryShippedChipComputesItsNetworksExactlyWithEnoughBits)
{
    for (const std::string& network : networks())
        for (const char* name : {"isaac_rram", "digital_sram"}) {
            const ChipConfig c = chip(name);
            int layers = 0;
            EXPECT_EQ(layers_that_differ(network, c.tiles[0].core.macro, c, 0, layers), 0) << network << " " << name;
        }
}

TEST(MappedNetwork, OneBitLessShowsInEveryLayer)
{
    const ChipConfig isaac = chip("isaac_rram");
    MacroConfig macro = isaac.tiles[0].core.macro;
    macro.encoding = Encoding::biased;
    int layers = 0;
    const int different = layers_that_differ("lenet5", macro, isaac, 1, layers);
    EXPECT_EQ(different, layers);
}

TEST(MappedNetwork, CopiesRowOrderAndPackedGroupsDoNotChangeWhatIsComputed)
{
    RandomStream random(6, "network");
    const ChipConfig isaac = chip("isaac_rram");
    const Graph graph = with_random_weights(load_network(configs / "networks" / "lenet5.json"), 3);
    TensorData pixels(ElementType::float32, 28 * 28);
    for (float& p : pixels.as<float>())
        p = static_cast<float>(random.uniform());
    const std::vector<Value> image = {Value(graph.tensor(graph.inputs[0]).shape, std::move(pixels))};
    const Graph quantised = quantise(graph, calibrate(graph, std::vector<std::vector<Value>>{image}));
    const auto golden = execute(quantised, image);
    mapping::Options options;
    options.row_order = mapping::RowOrder::kernel;
    options.positions_per_copy = 100;
    const mapping::Mapping mapping = mapping::map_network(graph, isaac, {}, options);
    EXPECT_GT(mapping.layers[1].copies.count(), 1);
    const MappedNetwork mapped(quantised, graph, mapping, isaac.tiles[0].core.macro, {}, options, {});
    const auto seen = ChipInstance(mapped, nullptr).run(image, 0, 0);
    EXPECT_EQ(seen[0].to_reals(), golden[0].to_reals());
}
