#pragma once

#include "arch/config/macro.h"

namespace imc
{

/// Wires of the array: resistance and capacitance of one cell's pitch along a word and a bit line.
struct LineParasitics {
    double word_ohm, word_farad;
    double bit_ohm, bit_farad;
};
/// Minimum-pitch wire of the node (NeuroSim Param.cpp: width, aspect ratio, resistivity; 0.2 fF/µm at every node)
/// over the cell's pitch, plus 0.1 fF (gate of the access transistor) per cell on the word line and 0.05 fF
/// (drain) on the bit line, both in proportion to the node from 32 nm (our estimate from NeuroSim's gate and
/// fringe capacitance of a 2 F wide device).
LineParasitics line_parasitics(const MacroConfig& config);

/// Time of one array read from the array's size: 5 RC of the loaded word line behind its driver, then 5 RC of the
/// bit line behind the sense node (both lines distributed: half their own RC plus the source times the line).
double settling_time(const MacroConfig& config);

/// Least interval of pulse-width and pulse-count inputs at the macro's supply: as given, else the period of unit gates
/// that a row's pulse generator needs: a ripple counter of the slice's bits settles (a flip-flop each), is compared
/// with the input (a gate per bit, then a tree of AND) and gates the word line.
double pulse_interval(const MacroConfig& config);

ComponentCost driver_cost(const MacroConfig& config);      ///< one slice on one row
ComponentCost line_start_cost(const MacroConfig& config);  ///< driver model line: one row's line as a read starts
ComponentCost array_cost(const MacroConfig& config);       ///< one cell in one read (its lowest state: conductance)
ComponentCost array_state_cost(const MacroConfig& config); ///< each step of the cell's state adds; conductance only
ComponentCost sample_hold_cost(const MacroConfig& config); ///< one column sampled
ComponentCost shift_add_cost(const MacroConfig& config);   ///< one addition

} // namespace imc
