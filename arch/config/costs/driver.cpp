#include <algorithm>
#include <cmath>

#include "arch/config/costs/array.h"
#include "arch/config/costs/gates.h"
#include "arch/config/costs/table_one.h"

namespace imc
{

namespace
{

/// Energy that one rise of a word line of DriverModel::line draws.
double line_cycle(const MacroConfig& config)
{
    const LineConfig& line = config.driver.line;
    return (config.columns * line.cell_f + line.driver_f) * line.swing_v * line.supply_v;
}

ComponentCost nominal_driver(const MacroConfig& config)
{
    const int bits = config.input.slice_bits;
    const double levels = std::pow(2.0, bits - 1);
    ComponentCost c;
    c.citation = table_one::citation;
    c.scaling = ScalingClass::wire;
    c.latency_s = 1e-9; // one cycle of PUMA's 1 GHz
    switch (config.driver.model) {
    case DriverModel::isaac: {
        // 4 mW and 170 µm² for 8 × 128 lines of 128 cells, one bit per 100 ns; each more bit doubles a DAC
        // (MNSIM's DAC table), the line's share goes with its length.
        c.model = "isaac";
        const double line = config.columns / 128.0;
        c.energy_j = 4e-3 / 1024 * table_one::read_s * levels * line *
                     energy_factor(c.scaling, table_one::process, process_of(config));
        c.area_m2 = 170e-12 / 1024 * levels * line * area_factor(c.scaling, table_one::process, process_of(config));
        warn_size(c, "driver, columns", config.columns, 128);
        warn_of_point(c, table_one::process, process_of(config));
        break;
    }
    case DriverModel::circuit: {
        c.model = "circuit";
        c.citation = "C V² of the word line; wire and gate capacitance from NeuroSim's tables";
        const LineParasitics line = line_parasitics(config);
        const GateLibrary gates = gate_library(process_of(config));
        // A tapered driver adds about a third of its load (fan-out of four: 1/4 + 1/16 + …).
        const double load = config.columns * line.word_farad;
        // … and takes a gate's delay, which is one at fan-out four, for every factor of four.
        c.latency_s = gates.nand2.delay_s *
                      std::max(1.0, std::log(load * squared(config.supply_v) / gates.nand2.energy_j) / std::log(4.0));
        c.energy_j = load * (4.0 / 3.0) * squared(config.supply_v) * levels;
        if (config.input.coding == InputCoding::pulse_width)
            c.energy_j /= levels; // one pulse, whatever its length
        if (config.input.coding == InputCoding::pulse_count)
            c.energy_j /= 2.0 * levels; // the event is one edge
        c.area_m2 = gates.nand2.area_m2 * 4.0 * levels;
        c.by_data = true;
        break;
    }
    case DriverModel::zigzag:
        c.model = "zigzag";
        c.citation =
            "ZigZag-IMC, 28 nm: 50 fF per DAC bit (none at one bit), 0.35 fF per cell of the word line, with the node";
        c.energy_j = ((bits > 1 ? 50e-15 * bits : 0.0) + 0.35e-15 * (config.node_m / 28e-9) * config.columns) *
                     squared(config.supply_v);
        c.latency_s *= delay_factor(ScalingClass::digital, {28e-9, 0.9}, process_of(config));
        c.area_m2 = gate_library(process_of(config)).nand2.area_m2 * 4.0 * levels;
        c.by_data = true;
        break;
    case DriverModel::line:
        c.model = "line";
        c.citation = "charge of the stated line's swing from its own supply";
        c.scaling = ScalingClass::high_voltage;
        c.energy_j = line_cycle(config);
        if (config.input.coding == InputCoding::pulse_count)
            c.energy_j /= 2.0; // the event is one edge
        c.latency_s = config.driver.user.latency_s;
        c.area_m2 = config.driver.user.area_m2;
        break;
    case DriverModel::user:
        // A line of as many cells is shorter in proportion to the node.
        c = config.driver.user.at(process_of(config), ScalingClass::analog_matching);
        if (config.driver.user.cells > 0) {
            const double length = static_cast<double>(config.columns) / config.driver.user.cells;
            c.energy_j *= length;
            c.area_m2 *= length;
            warn_size(c, "driver, columns", config.columns, config.driver.user.cells);
        }
        break;
    }
    c.energy_j *= config.driver.dacs;
    c.area_m2 *= config.driver.dacs;
    c.leakage_w *= config.driver.dacs;
    c.rating_w = c.energy_j / table_one::read_s + c.leakage_w;
    return c;
}

} // namespace

ComponentCost driver_cost(const MacroConfig& config)
{
    ComponentCost c = nominal_driver(config);
    // The models differ in what they price where inputs are trains or lengths of pulses.
    const bool stated = config.driver.model == DriverModel::user || config.driver.model == DriverModel::line;
    if (stated || c.energy_j == 0.0 || config.input.coding != InputCoding::amplitude)
        return c;
    MacroConfig other = config;
    for (const DriverModel model : {DriverModel::isaac, DriverModel::circuit, DriverModel::zigzag}) {
        other.driver.model = model;
        const double ratio = nominal_driver(other).energy_j / c.energy_j;
        c.energy_range = {std::min(c.energy_range.low, ratio), std::max(c.energy_range.high, ratio)};
    }
    return c;
}

ComponentCost line_start_cost(const MacroConfig& config)
{
    ComponentCost c;
    if (config.driver.model != DriverModel::line)
        return c;
    c.model = "line";
    c.citation = "charge of the stated line's swing from its own supply";
    c.scaling = ScalingClass::high_voltage;
    c.energy_j = config.driver.dacs * config.driver.line.start_cycles * line_cycle(config);
    return c;
}

} // namespace imc
