#include "tests/values/network_layers.h"

#include <algorithm>

#include "sim/base/config/document.h"
#include "sim/values/mapped_network.h"
#include "tests/values/values_support.h"
#include "workloads/network.h"
#include "workloads/transform/quantise.h"
#include "workloads/transform/randomise.h"

namespace imc::test
{

using namespace imc::values;

namespace
{

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

/// The arrays of a cut, some at a time: those of the largest layers do not fit in memory together.
Matrix<double> products(const LayerMatrix& matrix, std::size_t cut, const ArraySpec& spec,
                        const Matrix<std::int32_t>& inputs)
{
    constexpr std::size_t together = 256;
    const Matrix<std::int32_t>& weights = matrix.weights(cut);
    const std::vector<Block>& blocks = matrix.cut(cut).blocks;
    Matrix<double> sum(inputs.rows(), weights.cols());
    for (std::size_t first = 0; first < blocks.size(); first += together) {
        const auto begin = blocks.begin() + static_cast<std::ptrdiff_t>(first);
        const auto count = static_cast<std::ptrdiff_t>(std::min(together, blocks.size() - first));
        const Matrix<double> part =
            values::Contraction(spec, weights, std::vector<Block>(begin, begin + count)).run(inputs);
        std::ranges::transform(sum.flat(), part.flat(), sum.flat().begin(), std::plus<>());
    }
    return sum;
}

} // namespace

ChipConfig shipped_chip(const std::string& name)
{
    return config::Document::load(configs / "chips" / (name + ".json")).read<ChipConfig>();
}

MacroConfig with_encoding(MacroConfig macro, Encoding encoding)
{
    macro.encoding = encoding;
    macro.cell.bits = encoding == Encoding::twos_complement || encoding == Encoding::xnor ? 1 : macro.cell.bits;
    return macro;
}

FullRangeNetwork::FullRangeNetwork(std::string name)
    : name_(std::move(name)), graph_(with_random_weights(load_network(configs / "networks" / (name_ + ".json")), 1))
{
    RandomStream random(5, name_);
    quantised_ = with_full_range_weights(integers(graph_), random);
}

LayersRun FullRangeNetwork::run(const MacroConfig& macro, ChipConfig chip, int bits_less) const
{
    RandomStream random(6, name_);
    chip.tiles[0].core.macro = macro;
    const mapping::Options options;
    const mapping::PrecisionOptions precision;
    const mapping::Mapping mapping = mapping::map_network(graph_, chip, precision, options);
    const MappedNetwork mapped(quantised_, graph_, mapping, macro, precision, options, {});
    LayersRun seen;
    for (const MappedLayer& layer : mapped.layers()) {
        const LayerMatrix& matrix = *layer.matrix;
        bool differs = false;
        for (std::size_t cut = 0; cut < std::min<std::size_t>(matrix.plan().cuts.size(), 4); ++cut) {
            const imc::Contraction& c = matrix.contraction();
            const auto [low, high] = input_limits(matrix.spec());
            auto x = random_matrix(random, 5, static_cast<std::size_t>(matrix.cut(cut).groups * c.k), low, high);
            for (auto& v : x.row(0))
                v = static_cast<std::int32_t>(high);
            int rows = 0;
            for (const Block& b : matrix.cut(cut).blocks)
                rows = std::max(rows, static_cast<int>(b.rows));
            ArraySpec spec(matrix.spec());
            spec.adc.bits = std::max(1, spec.required_bits(spec.active(rows)) - bits_less);
            differs = differs || products(matrix, cut, spec, x) != product(x, matrix.weights(cut));
        }
        ++seen.layers;
        seen.different += differs ? 1 : 0;
    }
    return seen;
}

} // namespace imc::test
