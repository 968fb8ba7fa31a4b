#include "sim/cli/validate/figure.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "arch/chip/inventory.h"
#include "arch/macro/macro.h"

namespace imc::cli
{

namespace
{

bool is_named(const CasePoint& point, Component component)
{
    return std::ranges::find(point.components, name_of(component)) != point.components.end();
}

/// The fewest columns that hold weights of so many bits.
int least_columns(const MacroConfig& config, int weight_bits)
{
    const int each = columns_per_weight(config, weight_bits);
    if (config.family != MacroFamily::digital_bit_serial)
        return each;
    const int word = config.digital.weight_bits + sum_growth_bits(config.rows);
    return (word + each - 1) / each * each;
}

MvmOperation operation_of(const MacroConfig& config, const CaseOperation& o, const config::Place& place)
{
    const auto of = [&](const char* key, int value, int low, int high) {
        if (value != 0 && (value < low || value > high))
            place.fail(
                key, fmt::format("must be 0 (all of the macro's) or an integer in [{}, {}], got {}", low, high, value));
        return value > 0 ? value : high;
    };
    const int available = config.columns - reserved_columns(config);
    int most_bits = o.weight_bits;
    while (most_bits > 0 && least_columns(config, most_bits) > available)
        --most_bits;
    if (most_bits < o.weight_bits)
        place.fail("weight_bits",
                   fmt::format("must be an integer in [1, {}], got {}: a weight takes {} columns of the macro's {}",
                               most_bits, o.weight_bits, least_columns(config, o.weight_bits), available));
    MvmOperation op;
    op.rows = of("rows", o.rows, 1, config.rows);
    op.columns = of("columns", o.columns, least_columns(config, o.weight_bits), available);
    op.columns -= op.columns % columns_per_weight(config, o.weight_bits);
    op.arrays = of("arrays", o.arrays, 1, config.arrays);
    op.input_bits = o.input_bits;
    op.signed_input = o.signed_input;
    op.activity.assumed_input = o.input_activity;
    op.activity.assumed_weight = o.weight_activity;
    return op;
}

Work work_of(const MacroConfig& config, const CasePoint& point, const MvmOperation& op)
{
    const auto macro = make_macro(config);
    const CaseOperation& o = point.operation;
    const Clock fine(1);
    const MacroSchedule schedule = macro->schedule(op, fine);
    Work w;
    w.macs = static_cast<double>(op.rows) * (op.columns / columns_per_weight(config, o.weight_bits)) * op.arrays;
    w.results = static_cast<double>(result_columns(config, op.columns)) * op.arrays;
    w.interval = fine.seconds(schedule.interval) * o.reads;
    w.latency = fine.seconds(schedule.latency) + fine.seconds(schedule.interval) * (o.reads - 1);
    for (const MacroEvent& event : macro->counts(op)) {
        const double joules = (event.event.unit * event.count).joules() * o.reads;
        const CostRange range = energy_range(macro->costs(), event.event);
        w.energy += joules;
        w.energy_range = {w.energy_range.low + joules * range.low, w.energy_range.high + joules * range.high};
        if (is_named(point, event.event.component)) {
            w.component_energy += joules;
            w.component_range = {w.component_range.low + joules * range.low,
                                 w.component_range.high + joules * range.high};
        }
    }
    for (const ComponentArea& part : macro->area()) {
        const double leakage = part.leakage_w * w.interval;
        w.energy += leakage;
        w.energy_range = {w.energy_range.low + leakage, w.energy_range.high + leakage};
        w.rating += part.rating_w;
        if (is_named(point, part.component)) {
            w.component_energy += leakage;
            w.component_range = {w.component_range.low + leakage, w.component_range.high + leakage};
            w.component_area += part.area_m2 * config.area_overhead;
        }
    }
    w.area = macro->area_m2();
    return w;
}

} // namespace

Work work_of(const MacroConfig& config, const CasePoint& point, const config::Place& place)
{
    try {
        return work_of(config, point, operation_of(config, point.operation, place));
    } catch (const std::invalid_argument& e) { // what only the family knows that it cannot do
        place.fail("", e.what());
    }
}

Work work_of(const ChipConfig& chip, int tiles, const CasePoint& point, const config::Place& place)
{
    const TileConfig& tile = chip.tiles.front();
    Work w = work_of(tile.core.macro, point, place);
    w.macs *= static_cast<double>(tile.macros()) * tiles;
    const std::vector<Block> blocks = inventory(chip, std::vector<std::int64_t>{tiles});
    w.area = total_area_m2(blocks);
    w.rating = total_rating_w(blocks);
    return w;
}

double figure(const Work& w, Quantity quantity)
{
    switch (quantity) {
    case Quantity::energy_pj:
        return w.energy * 1e12;
    case Quantity::energy_per_mac_fj:
        return w.energy / w.macs * 1e15;
    case Quantity::energy_per_operation_fj:
        return w.energy / w.macs * 0.5e15;
    case Quantity::component_energy_pj:
        return w.component_energy * 1e12;
    case Quantity::component_energy_per_result_pj:
        return w.component_energy / w.results * 1e12;
    case Quantity::component_energy_per_operation_fj:
        return w.component_energy / w.macs * 0.5e15;
    case Quantity::energy_share:
        return w.component_energy / w.energy;
    case Quantity::area_share:
        return w.component_area / w.area;
    case Quantity::tops_per_w:
        return 2.0 * w.macs / w.energy * 1e-12;
    case Quantity::tops:
        return 2.0 * w.macs / w.interval * 1e-12;
    case Quantity::tops_per_mm2:
        return 2.0 * w.macs / w.interval * 1e-12 / (w.area * 1e6);
    case Quantity::latency_ns:
        return w.latency * 1e9;
    case Quantity::interval_ns:
        return w.interval * 1e9;
    case Quantity::area_mm2:
        return w.area * 1e6;
    case Quantity::rating_mw:
        return w.rating * 1e3;
    case Quantity::power_mw:
        return w.energy / w.interval * 1e3;
    }
    return 0.0;
}

std::optional<CostRange> figure_range(const Work& w, Quantity quantity)
{
    if (is_share(quantity) || !(w.energy_range.low < w.energy_range.high))
        return std::nullopt;
    Work low = w;
    low.energy = w.energy_range.low;
    low.component_energy = w.component_range.low;
    Work high = w;
    high.energy = w.energy_range.high;
    high.component_energy = w.component_range.high;
    const double a = figure(low, quantity);
    const double b = figure(high, quantity);
    if (a == b)
        return std::nullopt;
    return CostRange{std::min(a, b), std::max(a, b)};
}

} // namespace imc::cli
