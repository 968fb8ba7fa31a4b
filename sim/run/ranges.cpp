#include "sim/run/ranges.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "arch/config/macro_costs.h"
#include "sim/run/leakage.h"

namespace imc::run
{

namespace
{

/// The block around the macros that an event belongs to; nothing for a macro's own events. Registers of core and tile
/// are one component and are told apart by their unit energy.
const StaticCost* block_of(const ChipConfig& chip, TileTypeId type, Component component, double unit_j)
{
    switch (component) {
    case Component::noc:
        return &chip.noc.cost;
    case Component::global_buffer:
        return &chip.global_buffer.cost;
    case Component::io:
        return &chip.io.cost;
    default:
        break;
    }
    if (!type.valid())
        return nullptr;
    const TileConfig& tile = chip.tiles[type.value()];
    switch (component) {
    case Component::buffer:
        return &tile.buffer.cost;
    case Component::tile_bus:
        return &tile.bus.cost;
    case Component::core_bus:
        return &tile.core.bus.cost;
    case Component::input_register:
        return &tile.core.input_register.cost;
    case Component::output_register:
        return unit_j == Energy::from_joules(tile.output_register.energy_per_bit_j).joules()
                   ? &tile.output_register.cost
                   : &tile.core.output_register.cost;
    case Component::vector_unit:
        return &tile.vector_unit.cost;
    default:
        return nullptr;
    }
}

std::vector<std::pair<std::string, const StaticCost*>> blocks_of(const ChipConfig& chip)
{
    std::vector<std::pair<std::string, const StaticCost*>> blocks;
    for (std::size_t t = 0; t < chip.tiles.size(); ++t) {
        const TileConfig& tile = chip.tiles[t];
        const auto add = [&](const char* name, const StaticCost& cost) {
            blocks.emplace_back(fmt::format("tiles[{}].{}", t, name), &cost);
        };
        add("core.input_register", tile.core.input_register.cost);
        add("core.output_register", tile.core.output_register.cost);
        add("core.bus", tile.core.bus.cost);
        add("buffer", tile.buffer.cost);
        add("output_register", tile.output_register.cost);
        add("bus", tile.bus.cost);
        add("accumulator", tile.accumulator.cost);
        add("vector_unit", tile.vector_unit.cost);
    }
    blocks.emplace_back("noc", &chip.noc.cost);
    blocks.emplace_back("global_buffer", &chip.global_buffer.cost);
    blocks.emplace_back("io", &chip.io.cost);
    return blocks;
}

} // namespace

void add_cost_warnings(const ChipConfig& chip, Result& r)
{
    for (std::size_t t = 0; t < chip.tiles.size(); ++t)
        for (const std::string& warning : warnings_of(resolve_costs(chip.tiles[t].core.macro)))
            r.warnings.push_back(fmt::format("chip.tiles[{}].core.macro: {}", t, warning));
    for (const auto& [path, cost] : blocks_of(chip))
        for (const std::string& warning : cost->warnings)
            r.warnings.push_back(fmt::format("chip.{}: {}", path, warning));
}

void describe_ranges(const ChipConfig& chip, Result& r)
{
    std::vector<MacroCosts> costs;
    for (const TileConfig& tile : chip.tiles)
        costs.push_back(resolve_costs(tile.core.macro));
    const auto range_of = [&](TileTypeId type, Component component, const std::string& event,
                              Energy unit) -> CostRange {
        if (const StaticCost* block = block_of(chip, type, component, unit.joules()))
            return block->energy_range;
        if (!type.valid())
            return {};
        // Partial sums are added by the tile's accumulator and, in some macros, by the macro's.
        if (component == Component::accumulator && event == "add")
            return chip.tiles[type.value()].accumulator.cost.energy_range;
        return energy_range(costs[type.value()], {component, event, Category::dynamic, unit, "", ""});
    };
    for (StoredCount& c : r.ledger)
        c.range = range_of(c.tile_type, c.component, c.event, c.unit);
    for (CostModel& m : r.cost_models)
        m.range = range_of(m.tile_type, component_named(m.component), m.event, Energy::from_joules(m.unit_energy_j));
    std::vector<std::int64_t> tiles;
    for (const TileTypeResult& type : r.tile_types)
        tiles.push_back(type.tiles);
    r.area_range_m2 = {};
    std::size_t leaking = 0;
    for (const Block& block : inventory(chip, tiles)) {
        r.area_range_m2.low += block.area_m2 * block.area_range.low;
        r.area_range_m2.high += block.area_m2 * block.area_range.high;
        if (block.leakage_w > 0.0)
            r.leakage.at(leaking++).range = block.energy_range;
    }
}

void add_energy_ranges(Result& r)
{
    Interval counted, leaked;
    double nominal_counted = 0.0, nominal_leaked = 0.0;
    for (const StoredCount& c : r.ledger) {
        if (c.phase == Phase::calibrate) // not part of an inference
            continue;
        const double joules = static_cast<double>(c.count) * c.unit.joules();
        nominal_counted += joules;
        counted.low += joules * c.range.low;
        counted.high += joules * c.range.high;
    }
    for (const StoredLeakage& l : r.leakage) {
        double joules = 0.0;
        for (const Energy e : leakage_energy(l, r))
            joules += e.joules();
        nominal_leaked += joules;
        leaked.low += joules * l.range.low;
        leaked.high += joules * l.range.high;
    }
    // Sums of rounded numbers: what no source differs in would else be an ulp beside the nominal.
    const auto around = [](Interval range, double nominal) {
        return Interval{std::min(range.low, nominal), std::max(range.high, nominal)};
    };
    r.energy_range_j = around({counted.low + leaked.low, counted.high + leaked.high}, r.energy.joules());
    const double steady = r.energy_per_inference_steady_j - nominal_counted; // what leaks meanwhile
    const auto share = [&](double bound) { return nominal_leaked > 0.0 ? bound / nominal_leaked : 1.0; };
    r.steady_energy_range_j =
        around({counted.low + steady * share(leaked.low), counted.high + steady * share(leaked.high)},
               r.energy_per_inference_steady_j);
}

} // namespace imc::run
