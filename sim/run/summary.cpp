#include "sim/run/summary.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "arch/chip/inventory.h"
#include "arch/macro/macro.h"
#include "sim/run/leakage.h"

namespace imc::run
{

namespace
{

/// 10¹² operations per second with every array busy at the experiment's precision; a MAC is two operations.
double peak_tops(const Experiment& experiment, const TileConfig& tile, std::int64_t tiles)
{
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
        std::set<TileTypeId> types;
        for (const std::size_t p : mapping.parts)
            types.insert(mapped.mapping.type_of(mapped.mapping.parts[p].tile));
        layer.tile_types.assign(types.begin(), types.end());
        if (mapped.values && !mapped.values->layers.empty())
            layer.errors = mapped.values->layers[pipeline.layer[s].value()];
    }
}

void add_tile_types(const Experiment& experiment, const Mapped& mapped, Result& r)
{
    const ChipConfig& chip = experiment.chip;
    std::vector<std::int64_t> used;
    for (const mapping::TypeUse& use : mapped.mapping.types)
        used.push_back(use.tiles);
    const std::vector<std::int64_t> built = chip.tiles_built(used);
    double cells = 0.0;
    for (std::size_t t = 0; t < chip.tiles.size(); ++t) {
        const TileConfig& tile = chip.tiles[t];
        const mapping::TypeUse& use = mapped.mapping.types[TileTypeId(t)];
        TileTypeResult type;
        type.name = tile.name;
        type.tiles = built[t];
        type.tiles_used = use.tiles;
        type.cores = type.tiles * tile.cores;
        type.arrays = type.tiles * tile.arrays();
        type.arrays_used = use.arrays;
        type.peak_tops = peak_tops(experiment, tile, type.tiles);
        const double own = static_cast<double>(use.arrays) * tile.core.macro.rows * tile.core.macro.columns;
        type.array_utilization = own > 0.0 ? static_cast<double>(use.cells_used) / own : 0.0;
        r.tiles += type.tiles;
        r.cores += type.cores;
        r.arrays += type.arrays;
        r.peak_tops += type.peak_tops;
        cells += own;
        r.tile_types.push_back(std::move(type));
    }
    r.array_utilization = cells > 0.0 ? static_cast<double>(mapped.mapping.cells_used) / cells : 0.0;
    const std::vector<Block> blocks = inventory(chip, built);
    r.area_m2 = total_area_m2(blocks);
    r.nameplate_power_w = total_rating_w(blocks);
    r.leakage_power_w = total_leakage_w(blocks);
    for (const Block& block : blocks) {
        r.area_by_component_m2[static_cast<std::size_t>(block.component)] += block.area_m2;
        if (block.leakage_w > 0.0)
            r.leakage.push_back({block.component, block.leakage_w, block.domain, block.tile_type});
        if (!block.tile_type.valid())
            continue;
        TileTypeResult& type = r.tile_types[block.tile_type];
        type.area_m2 += block.area_m2;
        type.nameplate_power_w += block.rating_w;
        type.leakage_power_w += block.leakage_w;
    }
}

void add_warnings(const ChipConfig& chip, Result& r)
{
    const auto place = [](TileTypeId type) { return "chip.tiles[" + std::to_string(type.value()) + "].core.macro"; };
    for (std::size_t t = 0; t < chip.tiles.size(); ++t)
        if (chip.tiles[t].core.macro.fitted)
            r.warnings.push_back(place(TileTypeId(t)) + ": its costs were fitted to the measurement they describe");
    for (std::size_t t = 0; t < chip.tiles.size(); ++t) {
        const MacroConfig& macro = chip.tiles[t].core.macro;
        if (make_macro(macro)->capability().digital)
            continue;
        for (const LayerResult& layer : r.layers)
            if (layer.required_bits > macro.adc.bits && layer.tile_types == std::vector{TileTypeId(t)}) {
                r.warnings.push_back(place(TileTypeId(t)) + ".adc.bits is " + std::to_string(macro.adc.bits) +
                                     ", layer '" + layer.name + "' needs " + std::to_string(layer.required_bits) +
                                     " to lose nothing");
                break;
            }
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
    r.network = mapped.graph.name;
    r.macs = macs(mapped.graph);
    r.parameters = parameters(mapped.graph);
    r.network_layers = layers(mapped.graph).size();
    r.chip = chip.name;
    r.mesh = {mapped.mapping.columns, mapped.mapping.rows};
    r.tiles_used = static_cast<std::int64_t>(mapped.mapping.tiles);
    r.arrays_used = mapped.mapping.arrays_used;
    add_tile_types(experiment, mapped, r);
    describe_power(chip, r);
    r.clock_hz = 1e15 / static_cast<double>(chip.clock().period()); // one rounding, so that 1 GHz reads as 1e9
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
        r.activity_trace = mapped.values->trace;
        if (r.activity_trace && !r.activity_trace->exact)
            r.warnings.push_back(fmt::format("the activity of {} macro operations was merged into {} runs of like "
                                             "ones: times are those of means of neighbours",
                                             r.activity_trace->operations, r.activity_trace->runs));
    }
    add_warnings(chip, r);
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
    for (const StoredLeakage& block : r.leakage)
        if (block.tile_type.valid())
            for (const Energy e : leakage_energy(block, r))
                r.tile_types[block.tile_type].energy += e;
    for (const Ledger::Entry& entry : ledger.entries()) {
        const EventType& type = ledger.type(entry.event);
        r.counts[std::string(name_of(type.component)) + "." + type.name] += entry.count;
        if (type.component == Component::adc && type.name == "conversion")
            r.counts["conversions"] += entry.count;
        if (type.tile_type.valid())
            r.tile_types[type.tile_type].energy += Ledger::energy(type, entry.count);
    }
    add_counts(ledger, r);
}

void add_counts(const Ledger& ledger, Result& r)
{
    std::vector<char> seen(ledger.types(), 0);
    for (const Ledger::Entry& entry : ledger.entries()) {
        const EventType& type = ledger.type(entry.event);
        r.ledger.push_back({type.component, type.name, type.category, entry.layer, entry.phase, entry.count, type.unit,
                            type.tile_type});
        if (seen[entry.event.value()])
            continue;
        seen[entry.event.value()] = 1;
        const CostModel model{std::string(name_of(type.component)),
                              type.name,
                              type.unit.joules(),
                              type.model,
                              type.citation,
                              type.tile_type};
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
    r.peak_power_w = std::max(r.peak_power_w, r.average_power_w); // of an inference that ends within a bin
    r.tops = 2.0 * static_cast<double>(r.macs) * r.throughput_per_s * 1e-12;
}

} // namespace imc::run
