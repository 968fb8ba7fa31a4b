#pragma once

#include <string>

#include "arch/config/macro.h"

namespace imc
{

enum class DatasheetCell { sram, rram, pcm };
enum class ConverterKind { unspecified, sar, flash, ramp, cco };

/// What a data sheet says of a macro, and no measurement. The base of a blind prediction.
struct Datasheet {
    std::string name;
    double node_m = 28e-9;
    DatasheetCell cell = DatasheetCell::sram;
    int rows = 128;
    int columns = 128;
    int rows_active = 0; ///< 0: all
    int input_bits = 8;
    int weight_bits = 8;
    int input_slice_bits = 0; ///< applied at a time; 0: as is usual for the cell and its converters
    int cell_bits = 0;        ///< 0: one, or the whole weight in PCM
    int adc_bits = 0;         ///< 0: digital
    int adc_count = 0;        ///< 0: one per column
    ConverterKind adc_kind = ConverterKind::unspecified;
    double supply_v = 0.9;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// A macro of the usual make for such a data sheet, with costs from the library alone:
/// * no converter: digital_adder_tree of unit gates, half of the input bits set;
/// * SRAM, or RRAM with fewer converters than columns: analog_current. ZigZag-IMC's converter, line and driver
///   capacitances. SRAM cells charge 0.089 fF per nanometre of the node (5.8 fF at 65 nm: the capacitor of Jia et al.,
///   JSSC 2020), with operands of one bit (+1, -1) in every row, else where the input is set; RRAM cells conduct 20 uS
///   at 0.2 V at most. With fewer converters than columns a weight's columns are weighed before one conversion. An
///   input is applied at once, but in slices of one bit more than the converter has where it is wider, and bit by bit
///   where SRAM converts each bit of a weight;
/// * RRAM with a converter per column: voltage_sensing with the costs of NeuRRAM (Wan et al., Nature 2022; fitted to
/// two
///   of its operating points, configs/validation/neurram_130nm.json);
/// * PCM: analog_column_converter with the costs of the HERMES core (Khaddam-Aljameh et al., JSSC 2022).
/// The last two scale with the square of the supply and with the node; NeuRRAM's times with the delay of gates.
MacroConfig macro_of(const Datasheet& sheet);

} // namespace imc
