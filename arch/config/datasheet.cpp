#include "arch/config/datasheet.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "arch/config/costs/adc.h"
#include "arch/config/costs/array.h"
#include "arch/config/costs/gates.h"
#include "arch/config/costs/scaling.h"
#include "arch/config/costs/sensing.h"

namespace imc
{

namespace
{

constexpr config::Choice<DatasheetCell> cells[] = {{"sram", DatasheetCell::sram, "static memory cell"},
                                                   {"edram", DatasheetCell::edram, "dynamic memory cell"},
                                                   {"rram", DatasheetCell::rram, "resistive memory"},
                                                   {"pcm", DatasheetCell::pcm, "phase-change memory"},
                                                   {"mram", DatasheetCell::mram, "magnetic tunnel junction"},
                                                   {"flash", DatasheetCell::flash, "floating or trapping gate"}};

constexpr config::Choice<ConverterKind> kinds[] = {
    {"unspecified", ConverterKind::unspecified, "as the cell and the number of converters suggest"},
    {"sar", ConverterKind::sar, "one step per bit"},
    {"flash", ConverterKind::flash, "all levels compared at once"},
    {"ramp", ConverterKind::ramp, "counts through its levels"},
    {"cco", ConverterKind::cco, "counts the periods of an oscillator"}};

constexpr ProcessPoint hermes_process{14e-9, 0.8};
constexpr ProcessPoint neurram_process{130e-9, 1.8};

double delay(ProcessPoint from, const Datasheet& sheet)
{
    return delay_factor(ScalingClass::digital, from, {sheet.node_m, sheet.supply_v});
}

bool is_charged(DatasheetCell cell) { return cell == DatasheetCell::sram || cell == DatasheetCell::edram; }

bool converter_per_column(const Datasheet& sheet) { return sheet.adc_count == 0 || sheet.adc_count >= sheet.columns; }

/// The columns of a weight meet before one conversion.
bool columns_are_joined(const Datasheet& sheet)
{
    return sheet.stored_bits() == 1 ||
           (sheet.adc_count > 0 && std::int64_t{sheet.adc_count} * sheet.stored_bits() <= sheet.columns);
}

SensedCell sensed(DatasheetCell cell)
{
    switch (cell) {
    case DatasheetCell::rram:
        return SensedCell::rram;
    case DatasheetCell::pcm:
        return SensedCell::pcm;
    case DatasheetCell::mram:
        return SensedCell::mram;
    case DatasheetCell::flash:
        return SensedCell::flash;
    default:
        return SensedCell::charge;
    }
}

int whole_bits(double bits) { return static_cast<int>(std::ceil(bits)); }

int active_rows(const Datasheet& sheet) { return sheet.rows_active > 0 ? sheet.rows_active : sheet.rows; }

void make_digital(const Datasheet& sheet, MacroConfig& c)
{
    const int bits = sheet.stored_bits();
    c.family = MacroFamily::digital_adder_tree;
    c.encoding = Encoding::twos_complement;
    c.cell.bits = 1;
    c.driver.model = DriverModel::zigzag;
    // Rows that are not added at a time are further sets of weights before the same tree.
    c.rows = active_rows(sheet);
    c.digital.weight_bits = bits;
    // Half of the bits of inputs and weights are set: a quarter of the products, whose sums toggle 2 1/4 3/4 of the
    // time instead of one half.
    c.digital.activity = 0.75;
    c.shift_add.bits = sheet.input_bits + sum_growth_bits(c.rows);
    c.columns = std::max(1, sheet.columns / bits) * bits;
}

/// How long a conversion takes: a step per bit, one for all where every level has its comparator, or a period of
/// HERMES's oscillators per level.
double conversion_time(const Datasheet& sheet, const SensingCost& cost)
{
    switch (sheet.adc_kind) {
    case ConverterKind::flash:
        return cost.step_s;
    case ConverterKind::ramp:
    case ConverterKind::cco:
        return std::pow(2.0, sheet.adc_bits) * 0.3e-9 * delay(hermes_process, sheet);
    default:
        return cost.steps * cost.step_s;
    }
}

UserCost within_twofold(double energy_j)
{
    UserCost cost;
    cost.energy_j = energy_j;
    cost.energy_low_j = energy_j / 2.0;
    cost.energy_high_j = energy_j * 2.0;
    return cost;
}

void make_current(const Datasheet& sheet, MacroConfig& c)
{
    const bool charged = is_charged(sheet.cell);
    const bool joined = columns_are_joined(sheet);
    const int bits = sheet.stored_bits();
    c.family = MacroFamily::analog_current;
    c.cell.technology = charged ? CellTechnology::sram : CellTechnology::rram;
    c.cell.bits = sheet.cell_bits > 0 ? sheet.cell_bits : charged || joined ? 1 : std::min(bits, 8);
    c.cell.width_f = charged ? 30.0 : 6.0;
    c.cell.height_f = charged ? 18.0 : 6.0;
    c.encoding = c.cell.bits == 1 ? Encoding::twos_complement : Encoding::biased;
    if (joined && c.cell.bits == 1) {
        c.merged_columns = bits;
        c.columns = std::max(1, sheet.columns / bits) * bits;
    }
    c.input.slice_bits = !joined && c.cell.bits == 1 ? 1 : std::min(sheet.input_bits, 8);
    if (sheet.input_slice_bits > 0)
        c.input.slice_bits = std::min(sheet.input_slice_bits, sheet.input_bits);
    c.adcs = sheet.adc_count > 0 ? sheet.adc_count : c.columns;

    const ProcessPoint process{sheet.node_m, sheet.supply_v};
    const SensingCost cost = sensing_cost(
        {sensed(sheet.cell), process, active_rows(sheet), c.input.slice_bits, c.merged_columns, sheet.adc_bits});
    c.driver.model = DriverModel::user;
    c.driver.user.area_m2 = gate_library(process).nand2.area_m2 * 4.0 * c.input.slice_bits;
    c.sample_hold.model = SampleHoldModel::user;
    c.sample_hold.banks = 1;
    c.array.model = ArrayModel::user;
    c.array.user = within_twofold(cost.cells_j / active_rows(sheet) / c.merged_columns);
    c.array.user.latency_s = cost.drive_s;
    c.array.user.area_m2 =
        (charged ? 2.0 * sram_cell_f2(sheet.node_m) : 36.0) * sheet.node_m * sheet.node_m * sheet.rows * sheet.columns;
    c.adc.model = AdcModel::zigzag;
    c.adc.bits = std::clamp(whole_bits(sheet.adc_bits), 1, 16);
    const double converter_area = adc_cost({c.adc, process, sheet.rows}).area_m2;
    c.adc.model = AdcModel::user;
    c.adc.user = within_twofold(cost.converter_j);
    c.adc.user.latency_s = conversion_time(sheet, cost);
    c.adc.user.area_m2 = converter_area;
    c.shift_add.bits = sheet.input_bits + bits + sum_growth_bits(sheet.rows);
    c.shift_add.model = ShiftAddModel::user; // its energy is in the column's
    c.shift_add.user.area_m2 = registered_adder(process, c.shift_add.bits).area_m2;
}

void make_voltage_sensing(const Datasheet& sheet, MacroConfig& c)
{
    const double node = sheet.node_m / neurram_process.node_m;
    const double supply = sheet.supply_v / neurram_process.supply_v;
    const double energy = node * supply * supply;
    const double slow = delay(neurram_process, sheet);
    c.family = MacroFamily::voltage_sensing;
    c.encoding = Encoding::differential_analog;
    c.columns = std::max(2, sheet.columns / 2 * 2);
    c.cell.bits = sheet.cell_bits > 0 ? sheet.cell_bits : std::min(sheet.stored_bits(), 8);
    c.cell.read_voltage_v = 0.5;
    c.input.slice_bits = std::min(3, sheet.input_slice_bits > 0 ? sheet.input_slice_bits : 3);
    c.input.coding = InputCoding::pulse_count;
    c.input.signed_input = SignedInput::signed_pulse;
    c.input.pulse_s = 270e-9 * slow;
    c.input.extra_edges = 5;
    c.driver.model = DriverModel::user;
    c.driver.user.energy_j = 0.451e-12 * energy * sheet.columns / 256.0;
    c.driver.user.area_m2 = 950e-12 * node;
    c.array.model = ArrayModel::user;
    c.array.user.latency_s = 300e-9 * slow;
    c.array.user.area_m2 = 139000e-12 * node * node * sheet.rows * sheet.columns / 65536.0;
    c.sample_hold.model = SampleHoldModel::user;
    c.sample_hold.user.energy_j = 0.826e-12 * energy;
    c.adc.model = AdcModel::user_per_bit;
    c.adc.bits = whole_bits(sheet.adc_bits);
    c.adc.user.energy_j = 1.504e-12 * energy;
    c.adc.user.latency_s = 300e-9 * slow;
    c.adc.user.area_m2 = 2540e-12 * node;
    c.shift_add.model = ShiftAddModel::gates;
}

void make_pcm(const Datasheet& sheet, MacroConfig& c)
{
    const double node = sheet.node_m / hermes_process.node_m;
    const double supply = sheet.supply_v / hermes_process.supply_v;
    c.family = MacroFamily::analog_column_converter;
    c.encoding = Encoding::differential_analog;
    c.columns = 2 * sheet.columns; // a cell of the data sheet is a pair of devices
    c.cell = {CellTechnology::pcm,
              {},
              sheet.cell_bits > 0 ? sheet.cell_bits : std::min(sheet.stored_bits(), 8),
              20.7e-6,
              1000.0,
              0.2,
              40.0,
              20.0};
    c.input.coding = InputCoding::pulse_width;
    c.input.slice_bits = std::clamp(sheet.input_bits, 1, 8);
    c.input.signed_input = SignedInput::signed_pulse;
    c.driver.model = DriverModel::user;
    c.driver.user.energy_j = 4e-12 * node * supply * supply;
    c.driver.user.area_m2 = 120e-12 * node;
    c.array.model = ArrayModel::conductance;
    c.adc.model = AdcModel::user;
    c.adc.bits = whole_bits(sheet.adc_bits);
    c.adc.user = {0.0, 29.8e-12 * node * supply * supply, 2e-9, 1300e-12 * node, 0.0, false};
    c.shift_add.model = ShiftAddModel::gates;
}

} // namespace

void Datasheet::fields(config::Visitor& v)
{
    v.text("name", name, "what the macro is called");
    v.real("tech_nm", node_m, {1, 500}, unit::nanometres, "technology node", config::Presence::required);
    v.choice("cell", cell, cells, "kind of cell", config::Presence::required);
    v.integer("rows", rows, {1, 16384}, unit::none, "rows of the array", config::Presence::required);
    v.integer("columns", columns, {1, 16384}, unit::none, "columns of cells", config::Presence::required);
    v.integer("rows_active", rows_active, {0, 16384}, unit::none, "rows driven at a time; 0: all");
    v.integer("input_bits", input_bits, {1, 16}, unit::bits, "input width", config::Presence::required);
    v.real("weight_bits", weight_bits, {1, 16}, unit::bits, "weight width; 1.5: ternary", config::Presence::required);
    v.integer("input_slice_bits", input_slice_bits, {0, 8}, unit::bits, "input bits applied at a time; 0: as is usual");
    v.integer("cell_bits", cell_bits, {0, 8}, unit::bits, "bits per cell; 0: as is usual");
    v.real("adc_bits", adc_bits, {0, 16}, unit::bits, "converter resolution; 0: digital");
    v.integer("adc_count", adc_count, {0, 65536}, unit::none, "converters; 0: one per column");
    v.choice("adc_kind", adc_kind, kinds, "how it converts");
    v.real("supply_v", supply_v, {0.2, 5}, unit::volts, "supply", config::Presence::required);
}

void Datasheet::check(const config::Place& place) const
{
    if (rows_active > rows)
        place.fail("rows_active", fmt::format("must not exceed rows = {}, got {}", rows, rows_active));
    if (adc_bits == 0.0 && cell != DatasheetCell::sram)
        place.fail("adc_bits", "only SRAM can do without converters");
    if (adc_bits > 0.0 && adc_bits < 1.0)
        place.fail("adc_bits", fmt::format("must be 0 (digital) or at least 1, got {:g}", adc_bits));
    if (stored_bits() > columns * std::max(cell_bits, 1))
        place.fail("weight_bits",
                   fmt::format("a weight of {:g} bits does not fit into {} columns", weight_bits, columns));
    if (cell == DatasheetCell::pcm && weight_bits > 8 && cell_bits == 0)
        place.fail("cell_bits", "needed for weights of more than 8 bits");
}

int Datasheet::stored_bits() const { return whole_bits(weight_bits); }

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
    const bool per_column = converter_per_column(sheet);
    if (sheet.adc_bits == 0.0)
        make_digital(sheet, c);
    else if (sheet.cell == DatasheetCell::pcm && per_column)
        make_pcm(sheet, c);
    else if (sheet.cell == DatasheetCell::rram && per_column && sheet.adc_bits > 2.0)
        make_voltage_sensing(sheet, c); // fewer bits: a sense amplifier, which compares currents
    else
        make_current(sheet, c);
    return c;
}

} // namespace imc
