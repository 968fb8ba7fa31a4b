#pragma once

#include "arch/config/costs/scaling.h"

namespace imc
{

/// What decides how a cell is read. Wires and transistors charge capacitance, resistances conduct meanwhile.
enum class SensedCell { charge, rram, pcm, mram, flash };

/// One read of an array of which no more is known than a data sheet tells.
struct SensingQuery {
    SensedCell cell = SensedCell::charge;
    ProcessPoint process;
    int rows = 128;      ///< driven at a time
    int input_bits = 1;  ///< applied at a time
    int weight_bits = 1; ///< joined before a conversion
    double adc_bits = 4.0;
};

/// Energy per conversion and time of a read, each with the part of the cells and that of the periphery apart.
struct SensingCost {
    double cells_j = 0.0;     ///< of all rows, per conversion
    double converter_j = 0.0; ///< lines, comparators and logic of the column, per conversion
    double drive_s = 0.0;     ///< inputs applied, lines settled
    double step_s = 0.0;      ///< one step of the converter
    double steps = 1.0;       ///< bits that a sum of these rows and inputs can need, at most the converter's
};

/// Two laws, each with the least constants that have a physical meaning. The constants are fitted once, in the median of
/// logarithms, to the macros of configs/datasheets/development.json that are no processors.
/// * charge (SRAM, eDRAM): capacitance goes with the pitch of the node's SRAM cell, energy with its V². A row charges
///   0.109 fF per nm (7 fF at 65 nm) whatever the bits of its input. Each product of an input bit and a weight bit has a
///   line and logic of its own, which move 0.412 fF per nm at each step of the conversion. Time in gate delays: 10.6 for
///   the square of the input bits (between a DAC's and a train of pulses), 0.384 per row, 10.6 per step.
/// * conducting cells: a quarter of the rows conducts (half of the inputs times half of the weights) from the supply for
///   as long as the read lasts: 4 µA (20 µS at 0.2 V) in RRAM and PCM, 40 µA in MRAM, 0.4 µA in flash. Lines and logic
///   0.082 fF per nm of the node. 0.063 ns per row, 0.83 ns per further input bit, 2.2 ns per step, whatever the node:
///   small currents charge lines of mostly wire. MRAM, whose states differ by a factor of two only, takes four times as
///   long. Supplies above 1.8 V are for programming and count as 1.8 V.
SensingCost sensing_cost(const SensingQuery& query);

} // namespace imc
