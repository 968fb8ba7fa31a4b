// The macro of the usual make behind a data sheet, with costs that add up to what the fit says of the sheet.
#include "arch/config/datasheet.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "arch/config/costs/adc.h"
#include "arch/config/costs/array.h"
#include "arch/config/costs/gates.h"
#include "arch/config/costs/scaling.h"
#include "arch/config/costs/sheet_law.h"
#include "arch/config/macro_costs.h"

namespace imc
{

namespace
{

/// Published areas over those of the components, at the median of configs/datasheets (20, 13 and 7 macros): control,
/// references and test are no components here, nor are the write drivers of cells that are written at high voltage.
constexpr double charge_overhead = 1.7;
constexpr double conducting_overhead = 6.0;
constexpr double digital_overhead = 1.2;

bool is_charged(DatasheetCell cell) { return cell == DatasheetCell::sram || cell == DatasheetCell::edram; }

/// The columns of a weight meet before one conversion.
bool columns_are_joined(const Datasheet& sheet)
{
    return sheet.stored_bits() == 1 ||
           (sheet.adc_count > 0 && std::int64_t{sheet.adc_count} * sheet.stored_bits() <= sheet.columns);
}

SheetClass class_of(const Datasheet& sheet)
{
    if (sheet.adc_bits == 0.0)
        return SheetClass::digital;
    switch (sheet.cell) {
    case DatasheetCell::rram:
        return SheetClass::rram;
    case DatasheetCell::pcm:
        return SheetClass::pcm;
    case DatasheetCell::mram:
        return SheetClass::mram;
    case DatasheetCell::flash:
        return SheetClass::flash;
    default:
        return SheetClass::charge;
    }
}

int whole_bits(double bits) { return static_cast<int>(std::ceil(bits)); }

int active_rows(const Datasheet& sheet) { return sheet.rows_active > 0 ? sheet.rows_active : sheet.rows; }

int columns_of(const Datasheet& sheet) // whole weights
{
    const int bits = sheet.stored_bits();
    return std::max(1, sheet.columns / bits) * bits;
}

/// Sets the trees' switching to what the energy of an access leaves after drivers, product gates,
/// accumulators and leakage.
void spend_on_trees(MacroConfig& c, const Datasheet& sheet, const DatasheetFigures& figures)
{
    c.digital.activity = 1.0;
    const MacroCosts costs = resolve_costs(c);
    const MvmOperation access = access_of(sheet, c);
    const int trees = access.columns / c.digital.weight_bits;
    const double driven = access.activity.assumed_input * access.rows * access.input_bits; // rows with a set bit
    const double leakage = costs.array.leakage_w + trees * (costs.adder_tree.leakage_w + costs.accumulator.leakage_w);
    const double drives = costs.driver.by_data ? driven : double(access.rows) * access.input_bits;
    const double rest = drives * costs.driver.energy_j + driven * access.columns * costs.array.energy_j +
                        double(trees) * access.input_bits * costs.accumulator.energy_j + leakage * figures.access_s;
    const double whole = figures.mac_energy_j * access.rows * trees;
    const double switching = driven * trees * costs.adder_tree.energy_j;
    constexpr double least = 0.05; // where the rest alone takes more than the fit says
    if (switching > 0.0)           // one row has nothing to add
        c.digital.activity = std::max(least, (whole - rest) / switching);
}

void make_digital(const Datasheet& sheet, const DatasheetFigures& figures, MacroConfig& c)
{
    c.family = MacroFamily::digital_adder_tree;
    c.area_overhead = digital_overhead;
    c.encoding = Encoding::twos_complement;
    c.cell.bits = 1;
    c.driver.model = DriverModel::zigzag;
    // Rows that are not added at a time are further sets of weights before the same tree.
    c.rows = active_rows(sheet);
    c.digital.weight_bits = sheet.stored_bits();
    c.digital.cycle_s = figures.access_s / sheet.input_bits;
    c.shift_add.bits = sheet.input_bits + sum_growth_bits(c.rows);
    c.columns = columns_of(sheet);
    spend_on_trees(c, sheet, figures);
}

/// Share of cells in the energy of a conversion: 2.2 fF per cell that is read and 13 fF x 2^(0.2 bits) per column at
/// 28 nm (fitted to the SRAM macros of configs/datasheets, in the form of ZigZag-IMC's: constant and exponential part).
double cell_share(const Datasheet& sheet, int merged)
{
    const double cells = 2.2 * active_rows(sheet) * merged;
    return cells / (cells + 13.0 * std::pow(2.0, 0.2 * sheet.adc_bits));
}

/// Conversion takes half of a read, with one step per bit; all levels compared at once half of that; and counting
/// through the levels two per step of the former, which makes it the slower one from 3 bits on. An oscillator is
/// counted while the cells drive it: HERMES converts 8 bits in a read of 130 ns, as the law has it without that.
double conversion_steps(const Datasheet& sheet)
{
    const double bits = std::max(1.0, sheet.adc_bits);
    switch (sheet.adc_kind) {
    case ConverterKind::flash:
        return 0.5;
    case ConverterKind::ramp:
        return std::pow(2.0, bits) / 2.0 / bits;
    default:
        return 1.0;
    }
}

UserCost within(double factor, double energy_j)
{
    UserCost cost;
    cost.energy_j = energy_j;
    cost.energy_low_j = energy_j / factor;
    cost.energy_high_j = energy_j * factor;
    return cost;
}

void lay_out(const Datasheet& sheet, MacroConfig& c)
{
    const bool charged = is_charged(sheet.cell);
    const bool joined = columns_are_joined(sheet);
    const int bits = sheet.stored_bits();
    c.family = MacroFamily::analog_current;
    c.area_overhead = charged ? charge_overhead : conducting_overhead;
    c.cell.technology = charged                            ? CellTechnology::sram
                        : sheet.cell == DatasheetCell::pcm ? CellTechnology::pcm
                                                           : CellTechnology::rram;
    c.cell.bits = sheet.cell_bits > 0 ? sheet.cell_bits : charged || joined ? 1 : std::min(bits, 8);
    c.cell.width_f = charged ? 30.0 : 6.0;
    c.cell.height_f = charged ? 18.0 : 6.0;
    c.encoding = c.cell.bits == 1 ? Encoding::twos_complement : Encoding::biased;
    if (joined && c.cell.bits == 1) {
        c.merged_columns = bits;
        c.columns = columns_of(sheet);
    }
    c.input.slice_bits = !joined && c.cell.bits == 1 ? 1 : std::min(sheet.input_bits, 8);
    if (sheet.input_slice_bits > 0)
        c.input.slice_bits = std::min(sheet.input_slice_bits, sheet.input_bits);
    c.adcs = sheet.adc_count > 0 ? sheet.adc_count : c.columns;
    c.sample_hold.banks = 1;
}

void make_analog(const Datasheet& sheet, const DatasheetFigures& figures, MacroConfig& c)
{
    lay_out(sheet, c);
    const ProcessPoint process{sheet.node_m, sheet.supply_v};
    const MvmOperation access = access_of(sheet, c);
    const int slices = input_slices(c, sheet.input_bits, false);
    const int results = access.columns / c.merged_columns;
    const int weights = access.columns / columns_per_weight(c, sheet.stored_bits());
    const double counting = counts_inputs(c) ? resolve_costs(c).popcount.energy_j * access.rows * slices : 0.0;
    const double whole = std::max(figures.mac_energy_j * access.rows * weights - counting, counting);
    const double conversion = whole / slices / results;
    const double cells = conversion * cell_share(sheet, c.merged_columns);
    const double read = figures.access_s / slices;

    c.driver.model = DriverModel::user;
    c.driver.user.area_m2 = gate_library(process).nand2.area_m2 * 4.0 * c.input.slice_bits;
    c.sample_hold.model = SampleHoldModel::user;
    c.array.model = ArrayModel::user;
    c.array.user = within(figures.energy_factor, cells / access.rows / c.merged_columns);
    c.array.user.latency_s = 0.5 * read;
    c.array.user.area_m2 = (is_charged(sheet.cell) ? 2.0 * sram_cell_f2(sheet.node_m) : 36.0) * sheet.node_m *
                           sheet.node_m * sheet.rows * sheet.columns;
    c.adc.model = AdcModel::zigzag;
    c.adc.bits = std::clamp(whole_bits(sheet.adc_bits), 1, 16);
    c.adc.enob = sheet.adc_bits; // 3.46: eleven levels
    const double converter_area = adc_cost({c.adc, process, sheet.rows}).area_m2;
    c.adc.enob = 0.0;
    c.adc.model = AdcModel::user;
    c.adc.user = within(figures.energy_factor, conversion - cells);
    c.adc.user.latency_s = 0.5 * read * conversion_steps(sheet) / ((results + c.adcs - 1) / c.adcs);
    c.adc.user.area_m2 = converter_area;
    c.shift_add.bits = sheet.input_bits + sheet.stored_bits() + sum_growth_bits(sheet.rows);
    c.shift_add.model = ShiftAddModel::user; // its energy is in the column's
    c.shift_add.user.area_m2 = registered_adder(process, c.shift_add.bits).area_m2;
}

} // namespace

DatasheetFigures figures_of(const Datasheet& sheet)
{
    SheetPoint point;
    point.kind = class_of(sheet);
    point.node_nm = sheet.node_m * 1e9;
    point.supply_v = sheet.supply_v;
    point.rows = active_rows(sheet);
    point.input_bits = sheet.input_bits;
    point.weight_bits = sheet.weight_bits;
    point.adc_bits = sheet.adc_bits;
    point.phases = sheet.phases;
    const SheetFigure energy = sheet_mac_energy(point);
    if (point.kind == SheetClass::digital && sheet.input_slice_bits > 0) // passes through the trees
        point.input_bits = (sheet.input_bits + sheet.input_slice_bits - 1) / sheet.input_slice_bits;
    const SheetFigure time = sheet_access_time(point);
    return {energy.value, time.value, energy.factor, time.factor};
}

MacroConfig macro_of(const Datasheet& sheet)
{
    MacroConfig c;
    c.name = "data sheet";
    c.arrays = 1;
    c.rows = sheet.rows;
    c.columns = sheet.columns;
    c.active_rows = sheet.rows_active;
    c.node_m = sheet.node_m;
    c.supply_v = sheet.supply_v;
    const DatasheetFigures figures = figures_of(sheet);
    if (sheet.adc_bits == 0.0)
        make_digital(sheet, figures, c);
    else
        make_analog(sheet, figures, c);
    return c;
}

MvmOperation access_of(const Datasheet& sheet, const MacroConfig& macro)
{
    const int each = columns_per_weight(macro, sheet.stored_bits());
    int weights = macro.columns / each;
    if (macro.family == MacroFamily::analog_current && sheet.adc_count > 0)
        weights = std::clamp(macro.adcs * macro.merged_columns / each, 1, weights);
    MvmOperation op;
    op.rows = active_rows(sheet);
    op.columns = weights * each;
    op.input_bits = sheet.input_bits;
    return op;
}

} // namespace imc
