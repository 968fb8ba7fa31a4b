#include "arch/config/costs/gates.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace imc
{

namespace
{

constexpr ProcessPoint source{28e-9, 0.9};
constexpr double nand_capacitance = 0.7e-15;
constexpr double nand_area = 0.614e-12;
constexpr double nand_delay = 47.8e-12;
constexpr double adder_capacitances = 24.0 / 4.0;       // transistors of a mirror adder and of a NAND
constexpr double adder_area = 16.0 / 3.0 * 24.0 / 28.0; // in NAND areas
constexpr double carry_delay = 13.0 / (22.0 / 3.0);     // in NAND delays
constexpr double sum_gate_delay = 14.0 / (22.0 / 3.0);
constexpr double last_planar_node = 22e-9;
constexpr double multi_gate_exponent = 1.0 / 6.0;

/// Energy of a gate over that of the source, by capacitance and supply where the process is planar.
double planar_factor(ProcessPoint p)
{
    const double supply = p.supply_v / source.supply_v;
    return p.node_m / source.node_m * supply * supply;
}

double gate_energy_factor(ProcessPoint p)
{
    if (p.node_m >= last_planar_node)
        return planar_factor(p);
    return planar_factor({last_planar_node, p.supply_v}) * std::pow(p.node_m / last_planar_node, multi_gate_exponent);
}

} // namespace

GateLibrary gate_library(ProcessPoint process)
{
    const double factor = gate_energy_factor(process);
    const double energy = source.supply_v * source.supply_v * factor;
    const double area = area_factor(ScalingClass::digital, source, process);
    const double delay = delay_factor(ScalingClass::digital, source, process);

    GateLibrary g;
    g.nand2 = {nand_capacitance * energy, nand_area * area, nand_delay * delay};
    g.xor2 = {1.5 * g.nand2.energy_j, 2.4 * g.nand2.area_m2, 2.4 * g.nand2.delay_s};
    g.flip_flop = {3.0 * g.nand2.energy_j, 6.0 * g.nand2.area_m2, 2.0 * g.nand2.delay_s};
    g.carry_delay_s = carry_delay * g.nand2.delay_s;
    g.sum_delay_s = g.carry_delay_s + sum_gate_delay * g.nand2.delay_s;
    g.full_adder = {adder_capacitances * g.nand2.energy_j, adder_area * g.nand2.area_m2, g.sum_delay_s};
    g.leakage_w_m2 = 1e-4 * 6.0 * process.node_m * process.supply_v / g.nand2.area_m2;
    const double other = energy_factor(ScalingClass::digital, source, process) / factor;
    const double linear = planar_factor(process) / factor;
    g.energy_range = {std::min({1.0, other, linear}), std::max({1.0, other, linear})};
    g.citation = "unit gates of ZigZag-IMC (Sun et al., ICCAD 2023), 28 nm 0.9 V; mirror adder Weste & Harris 11.2.2; "
                 "scaling C V^2, C of a device as in NeuroSim's tables";
    return g;
}

double adder_tree_full_adders(int inputs, int bits)
{
    if (inputs < 1 || bits < 1)
        throw std::invalid_argument(
            fmt::format("adder_tree_full_adders: inputs and bits must be positive, got {} and {}", inputs, bits));
    if (inputs == 1)
        return 0.0;
    return inputs * (bits + 1.0) - (bits + std::log2(inputs) + 1.0);
}

double adder_tree_delay(const GateLibrary& gates, int inputs, int bits)
{
    const int levels = std::bit_width(static_cast<unsigned>(inputs) - 1u);
    if (levels == 0)
        return 0.0;
    return levels * gates.sum_delay_s + (bits + levels - 2) * gates.carry_delay_s;
}

ComponentCost registered_adder(ProcessPoint process, int bits)
{
    const GateLibrary gates = gate_library(process);
    ComponentCost cost;
    cost.model = "gates";
    cost.citation = gates.citation;
    cost.scaling = ScalingClass::digital;
    cost.energy_range = gates.energy_range;
    cost.energy_j = bits * (gates.full_adder.energy_j + gates.flip_flop.energy_j);
    cost.area_m2 = bits * (gates.full_adder.area_m2 + gates.flip_flop.area_m2);
    cost.latency_s = (bits - 1) * gates.carry_delay_s + gates.sum_delay_s + gates.flip_flop.delay_s;
    cost.leakage_w = cost.area_m2 * gates.leakage_w_m2;
    cost.rating_w = cost.energy_j / cost.latency_s + cost.leakage_w;
    warn_of_node(cost, process.node_m, 1.0);
    return cost;
}

} // namespace imc
