#pragma once

#include <string>
#include <string_view>

namespace imc
{

/// How a component's numbers move from the node and supply of their source to another.
enum class ScalingClass {
    digital,         ///< Stillmaker & Baas (Integration 58, 2017), interpolated monotonically between nodes
    sram_cell,       ///< cell area from a table in units of the squared node; energy as digital
    high_voltage,    ///< write drivers and level shifters: do not scale
    analog_matching, ///< area set by mismatch: scales with the node only linearly; energy with C V²
    analog_noise,    ///< capacitors set by kT/C: area and energy do not fall with the node; energy with V²
    wire,            ///< 0.2 fF/µm at every node: energy with length and V²
};
std::string_view name_of(ScalingClass scaling);

/// A process point: node in metres, supply in volts.
struct ProcessPoint {
    double node_m;
    double supply_v;
};

/// Factor on an energy, area or delay given at `from` when the part is built at `to`.
/// Valid 7 … 130 nm; outside, the outermost law is continued (energy with the node, area with its square).
double energy_factor(ScalingClass scaling, ProcessPoint from, ProcessPoint to);
double area_factor(ScalingClass scaling, ProcessPoint from, ProcessPoint to);
double delay_factor(ScalingClass scaling, ProcessPoint from, ProcessPoint to);
/// Area of an SRAM bit cell in units of the squared node (NeuroSim V1.4 manual: 280 at 22 nm and above).
double sram_cell_f2(double node_m);

} // namespace imc
