#include "sim/run/summary.h"

#include <algorithm>

#include "arch/chip/inventory.h"
#include "arch/macro/macro.h"
#include "sim/run/leakage.h"

namespace imc::run
{

namespace
{

/// 10¹² operations per second with every array busy at the experiment's precision; a MAC is two operations.
double peak_tops(const Experiment& experiment, std::int64_t tiles)
{
    const TileConfig& tile = experiment.chip.tiles.front();
    const MacroConfig& config = tile.core.macro;
    const int weights = weights_per_row(config, experiment.precision.weight_bits);
    if (weights < 1)
        return 0.0;
    const auto macro = make_macro(config);
    MvmOperation operation;
    operation.rows = config.rows;
    operation.columns = weights * columns_per_weight(config, experiment.precision.weight_bits);
    operation.arrays = config.arrays;
    operation.input_bits = experiment.precision.activation_bits;
    operation.signed_input = experiment.precision.signed_activations;
    const Clock clock = experiment.chip.clock();
    const double seconds = clock.seconds(macro->schedule(operation, clock).interval);
    const double macs = static_cast<double>(config.rows) * weights * config.arrays;
    return 2.0 * macs / seconds * static_cast<double>(tiles * tile.macros()) * 1e-12;
}

void add_layers(const Mapped& mapped, Result& result)
{
    const mapping::Pipeline& pipeline = mapped.mapping.pipeline;
    result.layers.resize(pipeline.layers);
    for (std::size_t s = 0; s < pipeline.stages.size(); ++s) {
        if (!pipeline.layer[s].valid())
            continue;
        const mapping::Stage& stage = pipeline.stages[mapping::StageId(s)];
        const mapping::LayerMapping& mapping = mapped.mapping.layers[s];
        LayerResult& layer = result.layers[pipeline.layer[s].value()];
        layer.name = stage.name;
        layer.op = stage.op;
        layer.macs = stage.macs;
        layer.replication = mapping.copies.count();
        layer.arrays = mapping.tiling.arrays * layer.replication;
        layer.tiles = mapping.tiles;
        layer.required_bits = mapping.tiling.required_bits;
        if (mapped.values && !mapped.values->layers.empty())
            layer.errors = mapped.values->layers[pipeline.layer[s].value()];
    }
}

} // namespace

double Result::tops_per_w() const
{
    return energy_per_inference_steady_j > 0.0 ? 2.0 * static_cast<double>(macs) / energy_per_inference_steady_j * 1e-12
                                               : 0.0;
}

double Result::tops_per_mm2() const { return area_m2 > 0.0 ? tops / (area_m2 * 1e6) : 0.0; }

Result summarize(const Experiment& experiment, const Mapped& mapped)
{
    Result r;
    const ChipConfig& chip = experiment.chip;
    const TileConfig& tile = chip.tiles.front();
    r.network = mapped.graph.name;
    r.macs = macs(mapped.graph);
    r.parameters = parameters(mapped.graph);
    r.network_layers = layers(mapped.graph).size();
    r.chip = chip.name;
    r.mesh = {mapped.mapping.columns, mapped.mapping.rows};
    r.tiles_used = static_cast<std::int64_t>(mapped.mapping.tiles);
    r.tiles = chip.fits_mesh() ? r.tiles_used : r.mesh[0] * r.mesh[1] * chip.noc.tiles_per_router;
    r.cores = r.tiles * tile.cores;
    r.arrays = r.tiles * tile.arrays();
    r.arrays_used = mapped.mapping.arrays_used;
    const double cells = static_cast<double>(r.arrays_used) * tile.core.macro.rows * tile.core.macro.columns;
    r.array_utilization = cells > 0.0 ? static_cast<double>(mapped.mapping.cells_used) / cells : 0.0;
    const std::vector<Block> blocks = inventory(chip, r.tiles);
    r.area_m2 = total_area_m2(blocks);
    r.nameplate_power_w = total_rating_w(blocks);
    r.leakage_power_w = total_leakage_w(blocks);
    for (const Block& block : blocks) {
        r.area_by_component_m2[static_cast<std::size_t>(block.component)] += block.area_m2;
        if (block.leakage_w > 0.0)
            r.leakage.push_back({block.component, block.leakage_w, block.domain});
    }
    describe_power(experiment, r);
    r.clock_hz = 1e15 / static_cast<double>(chip.clock().period()); // one rounding, so that 1 GHz reads as 1e9
    r.peak_tops = peak_tops(experiment, r.tiles);
    for (const program::Actor& actor : mapped.program.actors)
        r.counts["macro_operations"] += actor.share.tokens() * static_cast<std::int64_t>(actor.work.macros.size());
    r.weight_bits = experiment.precision.weight_bits;
    r.activation_bits = experiment.precision.activation_bits;
    r.seed = experiment.seed;
    constexpr const char* fidelities[] = {"compute", "bound", "dependency", "flit"};
    r.fidelity = fidelities[static_cast<int>(experiment.run.fidelity)];
    r.detail = experiment.run.detail == Detail::circuit ? "circuit" : "schedule";
    add_layers(mapped, r);
    if (mapped.values) {
        r.accuracy = mapped.values->accuracy;
        r.warnings = mapped.values->warnings;
        r.activity_source = "values";
    }
    if (tile.core.macro.fitted)
        r.warnings.push_back("chip.tiles[0].core.macro: its costs were fitted to the measurement they describe");
    if (!make_macro(tile.core.macro)->capability().digital)
        for (const LayerResult& layer : r.layers)
            if (layer.required_bits > tile.core.macro.adc.bits) {
                r.warnings.push_back("chip.tiles[0].core.macro.adc.bits is " +
                                     std::to_string(tile.core.macro.adc.bits) + ", layer '" + layer.name + "' needs " +
                                     std::to_string(layer.required_bits) + " to lose nothing");
                break;
            }
    return r;
}

void add_energy(const Ledger& ledger, Result& r)
{
    r.energy = ledger.total();
    r.counts["conversions"] = 0;
    r.energy_by_component = ledger.by_component();
    const std::vector<Energy> layers = ledger.by_layer(r.layers.size());
    for (std::size_t i = 0; i < r.layers.size(); ++i)
        r.layers[i].energy = layers[i];
    r.energy_unattributed = layers.back();
    for (const Ledger::Entry& entry : ledger.entries()) {
        const EventType& type = ledger.type(entry.event);
        r.counts[std::string(name_of(type.component)) + "." + type.name] += entry.count;
        if (type.component == Component::adc && type.name == "conversion")
            r.counts["conversions"] += entry.count;
    }
    add_counts(ledger, r);
}

void add_counts(const Ledger& ledger, Result& r)
{
    std::vector<char> seen(ledger.types(), 0);
    for (const Ledger::Entry& entry : ledger.entries()) {
        const EventType& type = ledger.type(entry.event);
        r.ledger.push_back(
            {type.component, type.name, type.category, entry.layer, entry.phase, entry.count, type.unit});
        if (seen[entry.event.value()])
            continue;
        seen[entry.event.value()] = 1;
        const CostModel model{std::string(name_of(type.component)), type.name, type.unit.joules(), type.model,
                              type.citation};
        if (std::ranges::find(r.cost_models, model) == r.cost_models.end())
            r.cost_models.push_back(model);
    }
}

void add_figures(Result& r)
{
    r.latency_s = static_cast<double>(r.cycles) / r.clock_hz;
    double leakage = 0.0;
    for (const auto& categories : r.energy_by_component)
        leakage += categories[static_cast<std::size_t>(Category::leakage)].joules();
    const double spent = r.energy.joules() - leakage;
    r.throughput_per_s = r.interval_cycles > 0.0 ? r.clock_hz / r.interval_cycles : 0.0;
    r.energy_per_inference_steady_j =
        r.throughput_per_s > 0.0 ? spent + r.leakage_power_w / r.throughput_per_s : r.energy.joules();
    const bool evenly = std::ranges::all_of(r.power, [](const PowerStates& s) { return s.leaks_evenly(); });
    if (!evenly && r.steady_inferences > 0)
        r.energy_per_inference_steady_j = spent - wake_j(r) + steady_wake_j(r) + steady_leakage_j(r);
    r.average_power_w = r.latency_s > 0.0 ? r.energy.joules() / r.latency_s : 0.0;
    r.tops = 2.0 * static_cast<double>(r.macs) * r.throughput_per_s * 1e-12;
}

} // namespace imc::run
