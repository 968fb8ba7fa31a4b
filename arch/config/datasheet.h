#pragma once

#include <string>

#include "arch/config/macro.h"

namespace imc
{

enum class DatasheetCell { sram, edram, rram, pcm, mram, flash };
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
    double weight_bits = 8;   ///< 1.5: ternary
    int input_slice_bits = 0; ///< applied at a time; 0: as is usual for the cell and its converters
    int cell_bits = 0;        ///< 0: as is usual for the cell and its converters
    double adc_bits = 0;      ///< 0: digital
    int adc_count = 0;        ///< 0: one per column
    ConverterKind adc_kind = ConverterKind::unspecified;
    double supply_v = 0.9;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;

    int stored_bits() const; ///< of a weight: ternary ones take two
};

/// A macro of the usual make for such a data sheet:
/// * no converter: digital_adder_tree of unit gates over the active rows, half of the bits of inputs and weights set;
/// * PCM with a converter per column: analog_column_converter with the costs of the HERMES core (Khaddam-Aljameh et al.,
///   JSSC 2022);
/// * RRAM with a converter of three or more bits per column: voltage_sensing with the costs of NeuRRAM (Wan et al.,
///   Nature 2022; fitted to two of its operating points, configs/validation/neurram_130nm.json);
/// * all else: analog_current with the costs of costs/sensing.h. Where converters and weight bits fit into the columns,
///   the columns of a weight are joined before one conversion and an input is applied at once; else, in SRAM, every bit
///   of a weight is converted apart and inputs come bit by bit, and other cells hold the whole weight.
/// The costs of the second and third scale with the square of the supply and with the node; NeuRRAM's times with the
/// delay of gates.
MacroConfig macro_of(const Datasheet& sheet);

} // namespace imc
