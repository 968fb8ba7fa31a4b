#include <algorithm>
#include <cmath>

#include "arch/config/costs/array.h"
#include "arch/config/costs/gates.h"
#include "arch/config/costs/table_one.h"

/// What stands behind a column: sampling capacitor and adders.
namespace imc
{

ComponentCost sample_hold_cost(const MacroConfig& config)
{
    ComponentCost c;
    c.scaling = ScalingClass::analog_noise;
    c.latency_s = 1e-9; // one cycle of PUMA's 1 GHz
    switch (config.sample_hold.model) {
    case SampleHoldModel::isaac:
        c.model = "isaac";
        c.citation = table_one::citation;
        // What is sampled is a charge against noise: a larger swing takes its square.
        c.energy_j = 9.7e-9 * table_one::read_s * energy_factor(c.scaling, table_one::process, process_of(config));
        c.area_m2 = 40e-12 / 1024;
        warn_of_point(c, table_one::process, process_of(config));
        break;
    case SampleHoldModel::thermal: {
        // kT/C = LSB²/12 with LSB = supply / 2^bits.
        constexpr double boltzmann = 1.380649e-23;
        c.model = "thermal";
        c.citation = "kT/C noise equal to the quantisation noise of the converter";
        const double farad = std::max(1e-15, 12.0 * boltzmann * config.temperature_k *
                                                 std::pow(4.0, config.adc.effective_bits()) / squared(config.supply_v));
        c.energy_j = farad * squared(config.supply_v);
        c.area_m2 = farad / 2e-3 + 4.0 * squared(3.0 * config.node_m); // 2 fF/µm² and a switch
        break;
    }
    case SampleHoldModel::user:
        c = config.sample_hold.user.at(process_of(config), ScalingClass::analog_noise);
        break;
    }
    c.rating_w = c.energy_j / table_one::read_s + c.leakage_w;
    return c;
}

namespace
{

/// A near-memory data path of which only the area is known, at some node. Columns take turns at a unit, and what passes
/// switches each of its gates once: the activity that unit gates have everywhere here.
ComponentCost data_path(const MacroConfig& config)
{
    const UserCost& unit = config.shift_add.user;
    const GateLibrary gates = gate_library(process_of(config));
    const ProcessPoint stated{unit.node_m > 0.0 ? unit.node_m : config.node_m, config.supply_v};
    const double number = unit.area_m2 / gate_library(stated).nand2.area_m2;
    ComponentCost c;
    c.model = "data_path";
    c.citation = gates.citation;
    c.energy_range = gates.energy_range;
    c.area_m2 = number * gates.nand2.area_m2;
    c.energy_j = number * gates.nand2.energy_j;
    c.latency_s = unit.at(process_of(config), ScalingClass::digital).latency_s;
    c.leakage_w = c.area_m2 * gates.leakage_w_m2;
    c.rating_w = c.leakage_w + (c.latency_s > 0.0 ? c.energy_j / c.latency_s : 0.0);
    warn_of_node(c, config.node_m, 1.0);
    return c;
}

} // namespace

ComponentCost shift_add_cost(const MacroConfig& config)
{
    ComponentCost c;
    switch (config.shift_add.model) {
    case ShiftAddModel::isaac:
        // 0.2 mW for the four units behind eight converters of 1.28 GS/s; width in proportion to 16 bits.
        c.model = "isaac";
        c.citation = table_one::citation;
        c.energy_j = 0.2e-3 / (8 * 1.28e9) * (config.shift_add.bits / 16.0) *
                     energy_factor(c.scaling, table_one::process, process_of(config));
        c.area_m2 =
            60e-12 * (config.shift_add.bits / 16.0) * area_factor(c.scaling, table_one::process, process_of(config));
        c.latency_s = 1e-9;
        c.rating_w = 0.05e-3 * c.energy_j / (0.2e-3 / (8 * 1.28e9));
        warn_of_point(c, table_one::process, process_of(config));
        return c;
    case ShiftAddModel::gates:
        return registered_adder(process_of(config), config.shift_add.bits);
    case ShiftAddModel::data_path:
        return data_path(config);
    case ShiftAddModel::user:
        c = config.shift_add.user.at(process_of(config), ScalingClass::digital);
        c.rating_w = c.leakage_w + (c.latency_s > 0.0 ? c.energy_j / c.latency_s : 0.0);
        return c;
    }
    return c;
}

} // namespace imc
