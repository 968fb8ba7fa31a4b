#pragma once

#include <string>

#include "arch/config/macro.h"
#include "arch/config/operation.h"

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
    int phases = 1; ///< whole reads of an access whose results are added
    double supply_v = 0.9;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;

    int stored_bits() const; ///< of a weight: ternary ones take two
};

/// What published macros with such a sheet take, at the median of the fit: costs/sheet_law.h.
struct DatasheetFigures {
    double mac_energy_j = 0.0;
    double access_s = 0.0;
    double energy_factor = 1.0; ///< 80 % of published macros lie within this factor, either way
    double time_factor = 1.0;
};
DatasheetFigures figures_of(const Datasheet& sheet);

/// A macro of the usual make for such a data sheet, whose costs add up to figures_of(sheet):
/// * no converter: digital_adder_tree of unit gates over the active rows, whose activity is what makes up the energy,
///   and whose cycle is the access over the input's bits (the access takes one pass for each slice of the input);
/// * all else: analog_current. Where converters and weight bits fit into the columns, the columns of a weight are
/// joined
///   before one conversion and an input is applied at once; else, in SRAM, every bit of a weight is converted apart and
///   inputs come bit by bit, and other cells hold the whole weight. Cells and converters share energy and time.
MacroConfig macro_of(const Datasheet& sheet);

/// One access: every converter converts once per slice and per bit that is converted apart; all trees of a digital
/// macro.
MvmOperation access_of(const Datasheet& sheet, const MacroConfig& macro);

} // namespace imc
