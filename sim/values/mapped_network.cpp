#include "sim/values/mapped_network.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc::values
{

namespace
{

constexpr std::int64_t calibration_vectors = 256; ///< per image and cut

/// The operands of a contraction before anything is run: constants with their data, the others as zeros.
struct Operands {
    std::vector<Value> inputs;
    std::vector<ResultType> results;

    Operands(const Graph& graph, const Node& node)
    {
        for (const TensorId id : node.inputs) {
            if (!id.valid()) {
                inputs.emplace_back();
                continue;
            }
            const Tensor& t = graph.tensor(id);
            if (t.data)
                inputs.emplace_back(t.shape, t.data);
            else if (t.is_constant)
                throw ConfigError(graph.name, fmt::format("the weight '{}' has no data, only a shape", t.name));
            else
                inputs.emplace_back(t.shape, TensorData(t.type, t.shape.elements()));
        }
        for (const TensorId id : node.outputs)
            results.push_back({graph.tensor(id).shape, graph.tensor(id).type, nullptr});
    }
};

/// What the integers take. QDQ files store weights of few bits in bytes, so those of constants are looked at.
int bits_of(const Tensor& t)
{
    const int stated = t.quantisation ? t.quantisation->bits : static_cast<int>(8 * byte_size(t.type));
    if (!t.is_constant || !t.data || t.type != ElementType::int8)
        return stated;
    int bits = 2;
    for (const std::int8_t v : t.data->as<std::int8_t>())
        while (bits < stated && (v < -(1 << (bits - 1)) || v >= 1 << (bits - 1)))
            ++bits;
    return bits;
}

void need_width(const Graph& graph, const Node& node, TensorId id, int mapped, const char* what, const char* key)
{
    const int bits = bits_of(graph.tensor(id));
    if (bits > mapped)
        throw ConfigError(fmt::format("{}: node '{}' ({})", graph.name, node.name, node.op),
                          fmt::format("its {} have {} bits, but precision.{} is {}", what, bits, key, mapped));
}

} // namespace

MappedNetwork::MappedNetwork(Graph graph, const Graph& mapped, const mapping::Mapping& mapping,
                             const MacroConfig& macro, const mapping::PrecisionOptions& precision,
                             const mapping::Options& options, const Imperfections& imperfections)
    : MappedNetwork(std::move(graph), mapped, mapping, IdVector<TileTypeId, MacroConfig>(1, macro), precision, options,
                    imperfections)
{
}

MappedNetwork::MappedNetwork(Graph graph, const Graph& mapped, const mapping::Mapping& mapping,
                             const IdVector<TileTypeId, MacroConfig>& macros,
                             const mapping::PrecisionOptions& precision, const mapping::Options& options,
                             const Imperfections& imperfections)
    : graph_(std::move(graph)), ideal_converters_(!imperfections.converters), layer_of_node_(graph_.nodes().size(), 0)
{
    IdVector<TileTypeId, ArraySpec> specs;
    for (std::size_t t = 0; t < macros.size(); ++t)
        specs.push_back(array_spec(macros[TileTypeId(t)], imperfections));
    std::uint64_t arrays = 0;
    for (std::size_t s = 0; s < mapping.pipeline.stages.size(); ++s) {
        const mapping::Stage& stage = mapping.pipeline.stages[mapping::StageId(s)];
        if (stage.kind != mapping::StageKind::contraction || mapping.layers[s].on_vector_unit())
            continue;
        const NodeId id = graph_.find_node(mapped.node(stage.node).name);
        const auto* c = id.valid() ? graph_.node(id).as<imc::Contraction>() : nullptr;
        if (!c || !c->quantised)
            throw ConfigError(fmt::format("{}: node '{}' ({})", graph_.name, stage.name, stage.op),
                              "is on arrays but has no integer form: its operands must be quantised");
        const Node& node = graph_.node(id);
        need_width(graph_, node, c->stationary, precision.weight_bits, "weights", "weight_bits");
        need_width(graph_, node, c->moving, precision.activation_bits, "inputs", "activation_bits");
        const Operands operands(graph_, node);
        LayerPlan plan = plan_of(mapping.layers[s], *c, options, stage.width);
        plan.weight_bits = precision.weight_bits;
        plan.input_bits = precision.activation_bits;
        MappedLayer layer;
        layer.node = id;
        layer.stage = mapping::StageId(s);
        layer.type = mapping.layers[s].type;
        try {
            layer.matrix = std::make_shared<const LayerMatrix>(
                kernel::Arguments{node, operands.inputs, operands.results}, *c, specs[layer.type], std::move(plan));
        } catch (const std::invalid_argument& e) {
            throw ConfigError(fmt::format("{}: node '{}' ({})", graph_.name, node.name, node.op), e.what());
        }
        layer.first_array = arrays;
        arrays += layer.matrix->arrays() * static_cast<std::uint64_t>(layer.matrix->plan().copies());
        layers_.push_back(std::move(layer));
        layer_of_node_[id] = layers_.size();
    }
}

bool MappedNetwork::needs_calibration() const
{
    return std::ranges::any_of(layers_,
                               [](const MappedLayer& l) { return l.matrix->spec().adc.range == AdcRange::percentile; });
}

const MappedLayer* MappedNetwork::layer_of(NodeId node) const
{
    const std::size_t at = layer_of_node_[node];
    return at == 0 ? nullptr : &layers_[at - 1];
}

namespace
{

void append(Matrix<std::int32_t>& to, const Matrix<std::int32_t>& rows)
{
    Matrix<std::int32_t> joined(to.rows() + rows.rows(), rows.cols());
    std::ranges::copy(to.flat(), joined.data());
    std::ranges::copy(rows.flat(), joined.data() + to.size());
    to = std::move(joined);
}

} // namespace

void MappedNetwork::calibrate(std::span<const std::vector<Value>> images)
{
    for (const std::vector<Value>& image : images)
        execute(graph_, image, {},
                [&](NodeId node, std::span<const Value> operands, std::span<const ResultType> results) {
                    if (const std::size_t at = layer_of_node_[node]; at > 0) {
                        MappedLayer& layer = layers_[at - 1];
                        const LayerMatrix::Feed feed = layer.matrix->feed({graph_.node(node), operands, results});
                        layer.calibration.resize(layer.matrix->plan().cuts.size());
                        for (std::size_t cut = 0; cut < layer.calibration.size(); ++cut)
                            append(layer.calibration[cut], layer.matrix->sample(feed, cut, calibration_vectors));
                    }
                    return std::optional<std::vector<std::int64_t>>();
                });
}

TypePhysics pointers(const PhysicsOfTypes& physics)
{
    TypePhysics all;
    for (const std::optional<Physics>& p : physics)
        all.push_back(p ? &*p : nullptr);
    return all;
}

ChipInstance::ChipInstance(const MappedNetwork& network, const Physics* physics)
    : ChipInstance(network, TypePhysics(1, physics))
{
}

ChipInstance::ChipInstance(const MappedNetwork& network, const TypePhysics& physics) : network_(network)
{
    for (const Physics* p : physics)
        holds_ = holds_ || (p && p->effects.read_noise && p->device->config().read_noise.has_value());
    for (const MappedLayer& layer : network.layers()) {
        arrays_.push_back(std::make_unique<LayerArrays>(layer.matrix, physics[layer.type], layer.first_array));
        if (layer.matrix->spec().adc.range == AdcRange::percentile)
            arrays_.back()->calibrate(layer.calibration);
    }
}

std::vector<Value> ChipInstance::run(std::span<const Value> inputs, std::uint64_t image, std::uint64_t hold,
                                     const Watch& watch)
{
    const bool redraw = holds_ && hold != held_;
    held_ = hold;
    return execute(network_.graph(), inputs, {},
                   [&](NodeId node, std::span<const Value> operands,
                       std::span<const ResultType> results) -> std::optional<std::vector<std::int64_t>> {
                       const MappedLayer* layer = network_.layer_of(node);
                       if (!layer)
                           return std::nullopt;
                       LayerArrays& arrays = *arrays_[static_cast<std::size_t>(layer - network_.layers().data())];
                       if (redraw)
                           arrays.begin_hold(hold);
                       const kernel::Arguments a{network_.graph().node(node), operands, results};
                       if (watch)
                           watch(*layer, a);
                       return arrays.sums(a, image);
                   });
}

ErrorPowers layer_errors(const MappedLayer& layer, const kernel::Arguments& a, const Physics* physics,
                         std::int64_t vectors)
{
    const LayerMatrix& matrix = *layer.matrix;
    const LayerMatrix::Feed feed = matrix.feed(a);
    ErrorPowers sum;
    double outputs = 0.0;
    std::uint64_t index = layer.first_array;
    for (std::size_t cut = 0; cut < matrix.plan().cuts.size(); ++cut) {
        const Matrix<std::int32_t> inputs = matrix.sample(feed, cut, vectors);
        const ErrorPowers part =
            measure_errors([&](const ArraySpec& spec, const Physics* p) { return matrix.program(cut, spec, p, index); },
                           matrix.spec(), physics, inputs, layer.calibration.empty() ? inputs : layer.calibration[cut]);
        const double weight = static_cast<double>(inputs.rows()) * static_cast<double>(matrix.cut(cut).groups);
        sum.add(part, weight);
        outputs += weight;
        index += matrix.cut(cut).blocks.size();
    }
    sum.scale(outputs > 0.0 ? 1.0 / outputs : 0.0);
    return sum;
}

} // namespace imc::values
