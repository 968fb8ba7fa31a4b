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
/// (ZigZag-IMC hardware/architecture/imc_unit.py; Sun et al., ICCAD 2023.)
///
/// The full adder is the mirror adder without output inverters, polarity alternating along the carry and from level to
/// level (Weste & Harris, CMOS VLSI Design, §11.2.2): 24 transistors, the gate capacitance of six NAND.
/// * Area: a library's full-adder cell of 28 transistors is 5.33 NAND (SkyWater sky130_fd_sc_hd: 20.02 / 3.754 µm²;
///   Nangate 45 nm: 4.256 / 0.798 µm²), of which 24 / 28.
/// * Delay by logical effort, in units of a minimum inverter's RC, gates of unit drive: carry gate loaded by the next
///   carry input (21) and its own sum gate (6) 4 + 27/3 = 13, sum gate loaded by the next level's input (27)
///   5 + 27/3 = 14; the NAND at fan-out four 2 + 16/3 = 7.33.
///
/// Other nodes: area and delay as ScalingClass::digital. Capacitance: in planar processes (22 nm and above) with the
/// node (gate capacitance per width is the same from 45 to 22 nm within 13 %, high performance, NeuroSim
/// Technology.cpp) and energy with V². Below 22 nm fins replace width and a device's gate capacitance hardly falls: 104
/// aF at 14 nm, 82 at 5 nm, 67 at 1 nm (same file) go as node^(1/6), which is continued from 22 nm. Stillmaker & Baas
/// give their multi-gate nodes a factor of three over their planar ones, which is kept as the low end of the range.
struct GateLibrary {
    Gate nand2;
    Gate xor2;
    Gate flip_flop;
    Gate full_adder;
    double sum_delay_s;   ///< full adder, input → sum: carry gate and sum gate
    double carry_delay_s; ///< input or carry → carry
    /// Ioff 1e-4 A/m (low standby power, 300 K, all nodes from 130 nm: NeuroSim Technology.cpp) through 6 F of a gate's
    /// leaking width, over its area.
    double leakage_w_m2;
    /// Low and high of the sources on scaling, over the energies above: Stillmaker & Baas and C ∝ node, and back.
    CostRange energy_range;
    const char* citation;
};
GateLibrary gate_library(ProcessPoint process);

/// Full adders in a tree of N inputs of p bits: N (p+1) − (p + log2 N + 1) (ZigZag-IMC).
double adder_tree_full_adders(int inputs, int bits);
/// Delay of that tree with ripple-carry adders: each level takes a carry and a sum gate, and from the lowest bit to the
/// highest of the last level the carry moves bits + log2 N − 2 places, whichever the levels.
double adder_tree_delay(const GateLibrary& gates, int inputs, int bits);

/// An adder with a register: event = one addition of `bits` bits.
ComponentCost registered_adder(ProcessPoint process, int bits);

} // namespace imc
