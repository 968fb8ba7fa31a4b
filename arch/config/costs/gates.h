#pragma once

#include "arch/config/costs/models.h"

namespace imc
{

/// Energy of one switching event at the given supply, area and delay of one gate.
struct Gate {
    double energy_j;
    double area_m2;
    double delay_s;
};

/// Gates from unit costs of a 28 nm library at 0.9 V: two-input NAND 0.7 fF, 0.614 µm², 47.8 ps; XOR 1.5 × the
/// capacitance, 2.4 × area and delay; flip-flop 3 × capacitance, 6 × area. Energy C V² per operation.
/// (ZigZag-IMC hardware/architecture/imc_unit.py; Sun et al., ICCAD 2023.) Other nodes: ScalingClass::digital.
struct GateLibrary {
    Gate nand2;
    Gate xor2;
    Gate flip_flop;
    Gate full_adder;      ///< 3 NAND + 2 XOR
    double sum_delay_s;   ///< full adder, input → sum: 2 XOR
    double input_carry_s; ///< input → carry: XOR + 2 NAND
    double carry_carry_s; ///< carry → carry: 2 NAND
    /// Ioff 1e-4 A/m (low standby power, 300 K, all nodes from 130 nm: NeuroSim Technology.cpp) through 6 F of a gate's
    /// leaking width, over its area.
    double leakage_w_m2;
    const char* citation;
};
GateLibrary gate_library(ProcessPoint process);

/// Full adders in a tree of N inputs of p bits: N (p+1) − (p + log2 N + 1) (ZigZag-IMC).
double adder_tree_full_adders(int inputs, int bits);
/// Delay of that tree with ripple-carry adders: each level adds one sum delay, the last also its carry chain.
double adder_tree_delay(const GateLibrary& gates, int inputs, int bits);

/// An adder with a register: event = one addition of `bits` bits.
ComponentCost registered_adder(ProcessPoint process, int bits);

} // namespace imc
