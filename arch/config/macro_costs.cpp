#include "arch/config/macro_costs.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "arch/config/costs/adc.h"
#include "arch/config/costs/array.h"
#include "arch/config/costs/gates.h"
#include "sim/base/errors.h"

namespace imc
{

namespace
{

constexpr double most_j = 9e-3; ///< what Energy holds

EventType event(Component component, const char* name, const ComponentCost& cost, Category category = Category::dynamic)
{
    if (!(cost.energy_j >= 0.0 && cost.energy_j <= most_j)) // laws taken far from where they hold
        throw ConfigError(fmt::format("chip: {}.{}", name_of(component), name),
                          fmt::format("takes {:g} J per event by the model '{}'; 0 … {:g} J can be counted",
                                      cost.energy_j, cost.model, most_j));
    return {component, name, category, Energy::from_joules(cost.energy_j), cost.model, cost.citation};
}

/// A ripple counter beside the input register takes the bits of a slice one after another while the array settles;
/// on average two of its flip-flops toggle per count.
ComponentCost popcount_cost(const MacroConfig& config)
{
    const GateLibrary gates = gate_library({config.node_m, config.supply_v});
    ComponentCost c;
    c.model = "gates";
    c.citation = gates.citation;
    c.energy_range = gates.energy_range;
    c.energy_j = 2.0 * gates.flip_flop.energy_j;
    c.area_m2 = (sum_growth_bits(config.rows) + 1.0) * gates.flip_flop.area_m2;
    c.leakage_w = c.area_m2 * gates.leakage_w_m2;
    c.rating_w = c.leakage_w;
    return c;
}

/// A tree that adds `rows` words of digital.weight_bits bits; the multiplying gate of each cell is the array's.
ComponentCost tree_cost(const MacroConfig& config)
{
    const GateLibrary gates = gate_library({config.node_m, config.supply_v});
    const int bits = config.digital.weight_bits;
    const double adders = adder_tree_full_adders(config.rows, bits);
    ComponentCost c;
    c.model = "gates";
    c.citation = gates.citation;
    c.energy_range = gates.energy_range;
    c.energy_j = adders / config.rows * gates.full_adder.energy_j * config.digital.activity;
    c.area_m2 = adders * gates.full_adder.area_m2;
    c.leakage_w = c.area_m2 * gates.leakage_w_m2;
    c.latency_s = config.digital.cycle_s;
    if (c.latency_s == 0.0)
        c.latency_s = gates.nand2.delay_s + adder_tree_delay(gates, config.rows, bits) + gates.flip_flop.delay_s;
    c.rating_w = c.energy_j * config.rows / c.latency_s + c.leakage_w;
    c.by_data = true;
    warn_of_node(c, config.node_m, 1.0);
    return c;
}

void resolve_digital(const MacroConfig& config, MacroCosts& costs)
{
    const ProcessPoint process{config.node_m, config.supply_v};
    const GateLibrary gates = gate_library(process);
    costs.adder_tree = tree_cost(config);
    // Sums of rows words, accumulated over the bits of an input.
    int sum_bits = config.digital.weight_bits + config.shift_add.bits;
    costs.accumulator = registered_adder(process, sum_bits);
    costs.accumulator.rating_w = costs.accumulator.energy_j / costs.adder_tree.latency_s + costs.accumulator.leakage_w;

    // A product bit is a NAND (or NOR) beside the cell; its output toggles when the input bit is set.
    ComponentCost& array = costs.array;
    array.model = "gates";
    array.citation = gates.citation;
    array.energy_range = gates.energy_range;
    array.energy_j = gates.nand2.energy_j;
    array.latency_s = 0.0;
    const double cells = static_cast<double>(config.rows) * config.columns;
    array.area_m2 = cells * (sram_cell_f2(config.node_m) * config.node_m * config.node_m + gates.nand2.area_m2);
    array.leakage_w = cells * gates.nand2.area_m2 * gates.leakage_w_m2;
    array.rating_w = array.energy_j * cells / costs.adder_tree.latency_s + array.leakage_w;
    array.by_data = true;
}

/// An adder in every cell (Colonnade): words of weight_bits ripple down the rows, sums grow into further columns.
/// A cycle lasts until the longest ripple between two registers is through: weight_bits + growth along the word, rows /
/// registers down the column, and two for the register.
void resolve_bit_serial(const MacroConfig& config, MacroCosts& costs)
{
    const ProcessPoint process{config.node_m, config.supply_v};
    const GateLibrary gates = gate_library(process);
    const DigitalConfig& d = config.digital;
    const auto adder = [&](const UserCost& user, double product) {
        if (user.energy_j > 0.0)
            return user.at(process, ScalingClass::digital);
        ComponentCost c;
        c.model = "gates";
        c.citation = gates.citation;
        c.energy_range = gates.energy_range;
        c.energy_j = gates.full_adder.energy_j + product;
        return c;
    };
    costs.array = adder(d.cell_add, gates.xor2.energy_j);
    costs.array.by_data = false;
    costs.adder_tree = adder(d.extension_add, 0.0);
    costs.adder_tree.by_data = false;

    const double step = d.gate_delay_s > 0.0 ? d.gate_delay_s : gates.sum_delay_s;
    const double ripple =
        d.weight_bits + sum_growth_bits(config.rows) + static_cast<double>(config.rows) / d.column_registers + 2.0;
    costs.adder_tree.latency_s = d.cycle_s > 0.0 ? d.cycle_s : ripple * step;
    const double cells = static_cast<double>(config.rows) * config.columns;
    const double cell =
        sram_cell_f2(config.node_m) * config.node_m * config.node_m + gates.xor2.area_m2 + gates.full_adder.area_m2;
    costs.array.area_m2 = cells * cell;
    costs.array.leakage_w = cells * (gates.xor2.area_m2 + gates.full_adder.area_m2) * gates.leakage_w_m2;
    costs.array.rating_w = costs.array.energy_j * cells / costs.adder_tree.latency_s + costs.array.leakage_w;
    costs.accumulator = registered_adder(process, d.weight_bits + sum_growth_bits(config.rows) + 8);
}

/// A column's amplifier under bias integrates samples, waits for the array and then compares step by step. Steps that
/// not every conversion takes are an event of their own.
void resolve_steps(const MacroConfig& config, MacroCosts& costs)
{
    const double watts = config.adc.bias_a * config.supply_v;
    costs.sample_hold.energy_j += watts * costs.pulse.latency_s;
    costs.adc.energy_j += watts * costs.adc.latency_s;
    costs.adc.rating_w += watts;
    if (config.adc.bits_left) {
        costs.adc_step = costs.adc;
        costs.adc_step.energy_j /= config.adc.bits;
        costs.adc_step.latency_s /= config.adc.bits;
        costs.adc.energy_j = costs.adc.latency_s = 0.0;
    }
    costs.adc.energy_j += watts * costs.array.latency_s;
}

} // namespace

MacroCosts resolve_costs(const MacroConfig& config)
{
    MacroCosts costs;
    costs.pulse.latency_s = pulse_interval(config);
    costs.driver = driver_cost(config);
    costs.line_start = line_start_cost(config);
    costs.array = array_cost(config);
    costs.array_state = array_state_cost(config);
    costs.sample_hold = sample_hold_cost(config);
    costs.adc = adc_cost({config.adc, {config.node_m, config.supply_v}, config.rows});
    costs.shift_add = shift_add_cost(config);
    costs.popcount = popcount_cost(config);
    if (config.family == MacroFamily::digital_adder_tree)
        resolve_digital(config, costs);
    else if (config.family == MacroFamily::digital_bit_serial)
        resolve_bit_serial(config, costs);
    else if (config.read_latency_s > 0.0 && config.input.coding == InputCoding::amplitude)
        costs.array.latency_s = config.read_latency_s - costs.driver.latency_s -
                                (converts_per_column(config.family) ? 0.0 : costs.sample_hold.latency_s);

    resolve_steps(config, costs);
    costs.write.model = "pulse";
    costs.write.citation = "given in the configuration";
    costs.write.scaling = ScalingClass::high_voltage;
    costs.write.energy_j = config.write.pulse_energy_j;
    costs.write.latency_s = config.write.pulse_s + config.write.verify_s;
    return costs;
}

std::vector<std::string> warnings_of(const MacroCosts& costs)
{
    std::vector<std::string> all;
    for (const ComponentCost* cost :
         {&costs.driver, &costs.line_start, &costs.array, &costs.array_state, &costs.sample_hold, &costs.adc,
          &costs.shift_add, &costs.adder_tree, &costs.accumulator, &costs.popcount, &costs.write})
        for (const std::string& warning : cost->warnings) // parts of a component may say the same
            if (std::ranges::find(all, warning) == all.end())
                all.push_back(warning);
    return all;
}

MacroEventTypes event_types(const MacroCosts& costs)
{
    MacroEventTypes t;
    t.drive = event(Component::dac, "drive", costs.driver);
    t.line_start = event(Component::dac, "line_start", costs.line_start);
    t.cell_read = event(Component::array, "cell_read", costs.array);
    t.cell_state = event(Component::array, "cell_state", costs.array_state);
    t.sample = event(Component::sample_hold, "sample", costs.sample_hold);
    t.conversion = event(Component::adc, "conversion", costs.adc);
    t.step = event(Component::adc, "step", costs.adc_step);
    t.add = event(Component::shift_add, "add", costs.shift_add);
    t.tree_row = event(Component::adder_tree, "row_add", costs.adder_tree);
    t.accumulate = event(Component::accumulator, "accumulate", costs.accumulator);
    t.count = event(Component::accumulator, "popcount", costs.popcount);
    t.write_pulse = event(Component::array, "write_pulse", costs.write, Category::write);
    return t;
}

CostRange energy_range(const MacroCosts& costs, const EventType& event)
{
    const std::pair<const char*, const ComponentCost*> named[] = {
        {"drive", &costs.driver},       {"cell_read", &costs.array},        {"cell_state", &costs.array_state},
        {"sample", &costs.sample_hold}, {"conversion", &costs.adc},         {"add", &costs.shift_add},
        {"row_add", &costs.adder_tree}, {"accumulate", &costs.accumulator}, {"popcount", &costs.popcount},
        {"step", &costs.adc_step}};
    for (const auto& [name, cost] : named)
        if (event.name == name)
            return cost->energy_range;
    return {};
}

int converter_steps(const MacroConfig& config, int bits_before)
{
    return config.adc.bits_left ? std::max(1, config.adc.bits - bits_before) : config.adc.bits;
}

bool counts_inputs(const MacroConfig& config)
{
    const bool biased = config.encoding == Encoding::biased || config.encoding == Encoding::biased_flip;
    return biased && config.offset == OffsetSource::popcount;
}

} // namespace imc
