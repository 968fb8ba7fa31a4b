#include "arch/config/costs/gates.h"

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

} // namespace

GateLibrary gate_library(ProcessPoint process)
{
    const double energy = source.supply_v * source.supply_v * energy_factor(ScalingClass::digital, source, process);
    const double area = area_factor(ScalingClass::digital, source, process);
    const double delay = delay_factor(ScalingClass::digital, source, process);

    GateLibrary g;
    g.nand2 = {nand_capacitance * energy, nand_area * area, nand_delay * delay};
    g.xor2 = {1.5 * g.nand2.energy_j, 2.4 * g.nand2.area_m2, 2.4 * g.nand2.delay_s};
    g.flip_flop = {3.0 * g.nand2.energy_j, 6.0 * g.nand2.area_m2, 2.0 * g.nand2.delay_s};
    g.full_adder = {3.0 * g.nand2.energy_j + 2.0 * g.xor2.energy_j, 3.0 * g.nand2.area_m2 + 2.0 * g.xor2.area_m2,
                    2.0 * g.xor2.delay_s};
    g.sum_delay_s = 2.0 * g.xor2.delay_s;
    g.input_carry_s = g.xor2.delay_s + 2.0 * g.nand2.delay_s;
    g.carry_carry_s = 2.0 * g.nand2.delay_s;
    g.leakage_w_m2 = 1e-4 * 6.0 * process.node_m * process.supply_v / g.nand2.area_m2;
    g.citation = "unit gates of ZigZag-IMC (Sun et al., ICCAD 2023), 28 nm 0.9 V; scaling Stillmaker & Baas 2017";
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
    // A ripple adder of a later level starts on its low bits while the level before still ripples.
    return (levels - 1) * gates.sum_delay_s + gates.input_carry_s + (bits + levels - 2) * gates.carry_carry_s +
           gates.sum_delay_s;
}

ComponentCost registered_adder(ProcessPoint process, int bits)
{
    const GateLibrary gates = gate_library(process);
    ComponentCost cost;
    cost.model = "gates";
    cost.citation = gates.citation;
    cost.scaling = ScalingClass::digital;
    cost.energy_j = bits * (gates.full_adder.energy_j + gates.flip_flop.energy_j);
    cost.area_m2 = bits * (gates.full_adder.area_m2 + gates.flip_flop.area_m2);
    cost.latency_s = gates.input_carry_s + (bits - 1) * gates.carry_carry_s + gates.flip_flop.delay_s;
    cost.leakage_w = cost.area_m2 * gates.leakage_w_m2;
    cost.rating_w = cost.energy_j / cost.latency_s + cost.leakage_w;
    return cost;
}

} // namespace imc
