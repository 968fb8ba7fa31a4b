#include "sim/run/accuracy.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>

#include "sim/base/config/document.h"
#include "sim/base/errors.h"
#include "sim/base/random.h"
#include "sim/run/activity.h"
#include "sim/run/circuit_values.h"
#include "sim/run/data.h"
#include "sim/run/run.h"
#include "sim/values/mapped_network.h"
#include "workloads/transform/fuse_qdq.h"
#include "workloads/transform/quantise.h"
#include "workloads/transform/randomise.h"

namespace imc::run
{

namespace
{

IdVector<TileTypeId, MacroConfig> macros_of(const ChipConfig& chip)
{
    IdVector<TileTypeId, MacroConfig> macros;
    for (const TileConfig& tile : chip.tiles)
        macros.push_back(tile.core.macro);
    return macros;
}

Graph with_weights(const Experiment& experiment, const Graph& graph)
{
    if (experiment.accuracy->weights == WeightSource::random)
        return with_random_weights(graph, static_cast<std::uint64_t>(experiment.seed));
    if (const std::string missing = missing_weights(graph); !missing.empty())
        throw ConfigError(experiment.network.string(),
                          fmt::format("accuracy: the weight '{}' has no data, only a shape; values need weights "
                                      "(\"weights\": \"random\" draws them)",
                                      missing));
    return graph;
}

bool is_quantised(const Graph& graph)
{
    return std::ranges::any_of(graph.nodes(), [](const Node& node) {
        const auto* c = node.as<Contraction>();
        const auto* e = node.as<Elementwise>();
        return (c && c->quantised) || (e && e->function == Elementwise::Function::quantize);
    });
}

/// The network on integers: as the file has it, or after quantisation with images of the training set.
Graph integer_network(const Experiment& experiment, const Graph& graph, const Images& calibration)
{
    if (is_quantised(graph))
        return fuse_qdq(graph);
    const AccuracyOptions& o = *experiment.accuracy;
    const QuantiseOptions options{experiment.precision.weight_bits, experiment.precision.activation_bits,
                                  o.per_channel};
    if (options.weight_bits < 2 || options.weight_bits > 16)
        throw ConfigError("precision.weight_bits",
                          fmt::format("a float network is quantised to 2 to 16 bits, got {}", options.weight_bits));
    if (options.activation_bits < 2 || options.activation_bits > 16)
        throw ConfigError("precision.activation_bits",
                          fmt::format("a float network is quantised to 2 to 16 bits, got {}", options.activation_bits));
    return quantise(graph, calibrate(graph, calibration.inputs, o.percentile), options);
}

std::shared_ptr<const devices::DeviceModel> device_of(const MacroConfig& macro, const AccuracyOptions& options)
{
    const std::filesystem::path& file = options.device.empty() ? macro.cell.device : options.device;
    if (file.empty() || !is_analog(macro.family))
        return nullptr;
    return std::make_shared<const devices::DeviceModel>(config::Document::load(file).read<devices::DeviceConfig>());
}

int best(const Value& scores)
{
    std::int64_t best = 0;
    for (std::int64_t i = 1; i < scores.elements(); ++i)
        if (scores.data->real(i) > scores.data->real(best))
            best = i;
    return static_cast<int>(best);
}

using Execution = std::function<Value(std::size_t image)>;

std::vector<int> classes(const Images& images, const Execution& run)
{
    std::vector<int> out;
    for (std::size_t i = 0; i < images.inputs.size(); ++i)
        out.push_back(best(run(i)));
    return out;
}

double share_equal(const std::vector<int>& a, const std::vector<int>& b)
{
    std::size_t equal = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        equal += a[i] == b[i] ? 1 : 0;
    return static_cast<double>(equal) / static_cast<double>(a.size());
}

/// Wilson's score interval (JASA 22, 1927) for the images, which all chips share, its half widths joined with the
/// error of the mean over chips as independent.
std::pair<double, double> interval95(double share, double chip_error, double images)
{
    constexpr double z = 1.959964;
    const double scale = 1.0 + z * z / images, centre = (share + z * z / (2.0 * images)) / scale;
    const double half = z / scale * std::sqrt(share * (1.0 - share) / images + z * z / (4.0 * images * images));
    const double chips = z * chip_error;
    return {std::max(0.0, share - std::hypot(share - (centre - half), chips)),
            std::min(1.0, share + std::hypot(centre + half - share, chips))};
}

std::uint64_t seed_or(std::int64_t own, std::int64_t general)
{
    return static_cast<std::uint64_t>(own < 0 ? general : own);
}

class Measurement
{
public:
    Measurement(const Experiment& experiment, Mapped& mapped)
        : experiment_(experiment), options_(*experiment.accuracy), graph_(with_weights(experiment, mapped.graph)),
          images_(test_images(options_.data, graph_)), calibration_(calibration_images(options_.data, graph_)),
          own_network_(std::make_shared<values::MappedNetwork>(
              integer_network(experiment, graph_, calibration_), mapped.graph, mapped.mapping,
              macros_of(experiment.chip), experiment.precision, experiment.mapping, options_.imperfections)),
          network_(*own_network_), pipeline_(mapped.mapping.pipeline)
    {
        for (std::size_t t = 0; t < experiment.chip.tiles.size(); ++t)
            if (experiment.chip.tiles.size() == 1 || mapped.mapping.types[TileTypeId(t)].arrays > 0)
                add_physics(TileTypeId(t));
            else
                physics_.push_back(std::nullopt);
        if (network_.needs_calibration())
            network_.calibrate(calibration_.inputs);
    }

    /// The first image stands for the data of the simulated inference.
    void apply_activity(Mapped& mapped)
    {
        result_.trace = run::apply_activity(network_, images_.inputs[0], experiment_.chip, mapped);
    }

    /// The first image on the first instance, at the last time.
    std::shared_ptr<CircuitValues> circuit_values(const Mapped& mapped) const
    {
        return std::make_shared<CircuitValues>(own_network_, instance(0, options_.times_s.back()), images_.inputs[0],
                                               mapped.mapping, mapped.program, experiment_.chip);
    }

    ValueResult run()
    {
        AccuracyResult& r = result_.accuracy;
        r.dataset = name(options_.data.kind);
        r.split = name(options_.data.split);
        r.first = options_.data.first;
        r.images = options_.data.images;
        r.calibration_images = options_.data.calibration_images;
        r.instances = options_.instances;
        r.compensation = options_.compensation;
        r.hold_images = options_.hold_images;
        r.float_top1 = share_equal(
            classes(images_, [&](std::size_t i) { return execute(graph_, images_.inputs[i])[0]; }), images_.labels);
        golden_ = classes(images_, [&](std::size_t i) { return execute(network_.graph(), images_.inputs[i])[0]; });
        r.golden_top1 = share_equal(golden_, images_.labels);
        for (const double time : options_.times_s)
            r.times.push_back(at(time));
        if (options_.snr_vectors > 0)
            measure_layers();
        return std::move(result_);
    }

private:
    void add_physics(TileTypeId type)
    {
        const MacroConfig& macro = experiment_.chip.tiles[type.value()].core.macro;
        const std::string place = fmt::format("chip.tiles[{}].core.macro", type.value());
        const auto device = device_of(macro, options_);
        physics_.push_back(values::physics_of(macro, device, options_.imperfections, place));
        if (physics_[type])
            physics_[type]->transfer_cache = options_.cache;
        std::string& names = result_.accuracy.device;
        if (device && names.find(device->config().name) == std::string::npos)
            names += (names.empty() ? "" : ", ") + device->config().name;
        if (is_analog(macro.family) && !device)
            result_.warnings.push_back(place +
                                       ".cell.device and accuracy.device name no device: the cells are ideal in "
                                       "accuracy and SNR");
    }

    /// The physics of one instance; its devices and its reads have seeds of their own.
    values::PhysicsOfTypes instance(std::int64_t number, double time) const
    {
        values::PhysicsOfTypes physics = physics_;
        const auto index = static_cast<std::uint64_t>(number);
        for (std::optional<values::Physics>& p : physics) {
            if (!p)
                continue;
            p->seed = RandomStream(seed_or(options_.instance_seed, experiment_.seed), "chip instance", index)();
            p->read_seed = RandomStream(seed_or(options_.read_seed, experiment_.seed), "reads of an instance", index)();
            p->moment.time_s = time;
            p->compensation = options_.compensation;
        }
        return physics;
    }

    AccuracyAt at(double time) const
    {
        AccuracyAt out;
        out.time_s = time;
        const auto hold = static_cast<std::size_t>(options_.hold_images);
        for (std::int64_t n = 0; n < options_.instances; ++n) {
            const auto physics = instance(n, time);
            values::ChipInstance chip(network_, values::pointers(physics));
            const std::vector<int> seen =
                classes(images_, [&](std::size_t i) { return chip.run(images_.inputs[i], i, i / hold)[0]; });
            out.top1.push_back(share_equal(seen, images_.labels));
            out.agreement += share_equal(seen, golden_) / static_cast<double>(options_.instances);
        }
        const auto count = static_cast<double>(out.top1.size());
        for (const double top1 : out.top1)
            out.top1_mean += top1 / count;
        for (const double top1 : out.top1)
            out.top1_std += (top1 - out.top1_mean) * (top1 - out.top1_mean) / std::max(1.0, count - 1.0);
        out.top1_std = std::sqrt(out.top1_std);
        out.top1_worst = *std::ranges::min_element(out.top1);
        std::tie(out.low95, out.high95) =
            interval95(out.top1_mean, out.top1_std / std::sqrt(count), static_cast<double>(images_.labels.size()));
        return out;
    }

    /// On what the first image, executed exactly, feeds to each layer; the first instance at the last time.
    void measure_layers()
    {
        result_.layers.resize(pipeline_.layers);
        const auto physics = instance(0, options_.times_s.back());
        const values::TypePhysics of_types = values::pointers(physics);
        execute(network_.graph(), images_.inputs[0], {},
                [&](NodeId node, std::span<const Value> operands, std::span<const ResultType> results) {
                    if (const values::MappedLayer* layer = network_.layer_of(node)) {
                        const kernel::Arguments a{network_.graph().node(node), operands, results};
                        result_.layers[pipeline_.layer[layer->stage.value()].value()] =
                            values::layer_errors(*layer, a, of_types[layer->type], options_.snr_vectors);
                    }
                    return std::optional<std::vector<std::int64_t>>();
                });
    }

    const Experiment& experiment_;
    const AccuracyOptions& options_;
    Graph graph_;
    Images images_, calibration_;
    std::shared_ptr<values::MappedNetwork> own_network_;
    values::MappedNetwork& network_;
    const mapping::Pipeline& pipeline_;
    values::PhysicsOfTypes physics_;
    std::vector<int> golden_;
    ValueResult result_;
};

} // namespace

void compute_values(const Experiment& experiment, Mapped& mapped)
{
    if (!experiment.accuracy)
        return;
    try {
        Measurement measurement(experiment, mapped);
        measurement.apply_activity(mapped);
        if (experiment.run.detail == Detail::circuit && experiment.run.fidelity >= Fidelity::dependency)
            mapped.circuit_values = measurement.circuit_values(mapped);
        mapped.values = measurement.run();
    } catch (const std::invalid_argument& e) {
        // What fits in a chip's description may still not go together as arrays with values.
        throw ConfigError("accuracy", std::string("the chip's arrays cannot compute values: ") + e.what());
    }
}

} // namespace imc::run
