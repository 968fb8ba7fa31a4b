#include <algorithm>
#include <cmath>

#include "arch/config/costs/adc_laws.h"
#include "arch/config/costs/gates.h"

namespace imc
{

namespace
{

/// One comparison with its logic: 100 fF and 0.640 ns of ZigZag's converter, of whose 2^b levels each takes 10^1.169
/// µm² at one bit (28 nm, 0.9 V).
ComponentCost comparison(ProcessPoint process)
{
    constexpr ProcessPoint source{28e-9, 0.9};
    ComponentCost c;
    c.scaling = ScalingClass::analog_matching;
    c.energy_j = 100e-15 * process.supply_v * process.supply_v * (process.node_m / source.node_m);
    c.area_m2 = std::pow(10.0, 1.206 - 0.0369) * 1e-12 * area_factor(c.scaling, source, process);
    c.latency_s = 0.640e-9 * delay_factor(ScalingClass::digital, source, process);
    return c;
}

/// What counts through the levels counts them all, whatever the sum: b flip-flops, two of which toggle per count.
void add_counter(const AdcQuery& q, ComponentCost& c)
{
    const double b = q.config.effective_bits();
    const GateLibrary gates = gate_library(q.process);
    c.energy_j += std::pow(2.0, b) * 2.0 * gates.flip_flop.energy_j;
    c.area_m2 += b * gates.flip_flop.area_m2;
    c.leakage_w += b * gates.flip_flop.area_m2 * gates.leakage_w_m2;
}

} // namespace

ComponentCost flash_adc(const AdcQuery& q)
{
    const double b = q.config.effective_bits();
    const double levels = std::max(1.0, std::pow(2.0, b) - 1.0);
    const double adders = std::max(0.0, levels - b);
    const GateLibrary gates = gate_library(q.process);
    ComponentCost c = comparison(q.process);
    c.model = "flash";
    c.citation = "2^b - 1 of ZigZag-IMC's comparisons (Sun et al., ICCAD 2023), counted by unit gates";
    c.energy_j = c.energy_j * levels + adders * gates.full_adder.energy_j;
    c.area_m2 = c.area_m2 * levels + adders * gates.full_adder.area_m2;
    c.latency_s += std::max(0.0, b - 1.0) * gates.sum_delay_s;
    c.leakage_w = adders * gates.full_adder.area_m2 * gates.leakage_w_m2;
    warn_outside(c, "bits", b, 1, 6);
    warn_outside(c, "node_nm", q.process.node_m * 1e9, 7, 28);
    return c;
}

ComponentCost ramp_adc(const AdcQuery& q)
{
    const double levels = std::pow(2.0, q.config.effective_bits());
    ComponentCost c = comparison(q.process);
    c.model = "ramp";
    c.citation = "one of ZigZag-IMC's comparisons (Sun et al., ICCAD 2023) per level, and a counter of unit gates";
    c.energy_j *= levels;
    c.latency_s *= levels;
    add_counter(q, c);
    warn_outside(c, "bits", q.config.effective_bits(), 1, 10);
    warn_outside(c, "node_nm", q.process.node_m * 1e9, 22, 28);
    return c;
}

ComponentCost cco_adc(const AdcQuery& q)
{
    constexpr ProcessPoint source{14e-9, 0.8};
    constexpr double level_j = 29.4e-12 / 256.0;
    const double b = q.config.effective_bits();
    const double levels = std::pow(2.0, b);
    ComponentCost c;
    c.model = "cco";
    c.citation = "Khaddam-Aljameh et al., VLSI 2021: 300 ps per level; energy fitted to the HERMES core";
    c.scaling = ScalingClass::analog_matching;
    c.energy_j = level_j * levels * energy_factor(c.scaling, source, q.process);
    c.energy_range.low = std::min(1.0, comparison(q.process).energy_j * levels / c.energy_j);
    c.latency_s = 300e-12 * levels * delay_factor(c.scaling, source, q.process);
    // The oscillator is as large for any resolution, the counter goes with the bits: each about half.
    c.area_m2 = 1300e-12 * 0.5 * (1.0 + b / 8.0) * area_factor(c.scaling, source, q.process);
    warn_outside(c, "bits", b, 4, 12);
    warn_outside(c, "node_nm", q.process.node_m * 1e9, 7, 28);
    return c;
}

} // namespace imc
