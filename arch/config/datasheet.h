#pragma once

#include "arch/config/macro.h"

namespace imc
{

enum class DatasheetCell { sram, rram, pcm };

/// What a data sheet says of a macro, and no measurement. The base of a blind prediction.
struct Datasheet {
    double node_m = 28e-9;
    DatasheetCell cell = DatasheetCell::sram;
    int rows = 128;
    int columns = 128;
    int rows_active = 0; ///< 0: all
    int input_bits = 8;
    int weight_bits = 8;
    int input_slice_bits = 1; ///< applied at a time
    int cell_bits = 0;        ///< 0: one, or the whole weight in PCM
    int adc_bits = 0;         ///< 0: digital
    int adc_count = 0;        ///< 0: one per column
    double supply_v = 0.9;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// A macro of the usual make for such a data sheet, with costs from the library alone:
/// * no converter: digital_adder_tree, unit gates (ZigZag-IMC), half of the input bits set;
/// * SRAM or RRAM with converters: analog_current; ZigZag-IMC's converter, line and driver capacitances; SRAM cells
///   charge 0.089 fF per nanometre of the node (5.8 fF at 65 nm: the capacitor of Jia et al., JSSC 2020), RRAM cells
///   conduct 20 uS at 0.2 V at most;
/// * PCM: analog_column_converter with the costs of the HERMES core (Khaddam-Aljameh et al., JSSC 2022), which scale
///   with the square of the supply and, for converters and drivers, with the node.
MacroConfig macro_of(const Datasheet& sheet);

} // namespace imc
