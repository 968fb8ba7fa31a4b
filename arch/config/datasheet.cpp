#include "arch/config/datasheet.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "arch/config/costs/adc.h"
#include "arch/config/costs/array.h"
#include "arch/config/costs/gates.h"
#include "arch/config/costs/scaling.h"

namespace imc
{

namespace
{

constexpr config::Choice<DatasheetCell> cells[] = {{"sram", DatasheetCell::sram, "static memory cell"},
                                                   {"rram", DatasheetCell::rram, "resistive memory"},
                                                   {"pcm", DatasheetCell::pcm, "phase-change memory"}};

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

/// Converters enough for every column: the columns of a weight are not joined before them.
bool converter_per_column(const Datasheet& sheet) { return sheet.adc_count == 0 || sheet.adc_count >= sheet.columns; }

int input_slice(const Datasheet& sheet)
{
    if (sheet.input_slice_bits > 0)
        return std::min(sheet.input_slice_bits, sheet.input_bits);
    // Bits of a weight that are converted apart are joined by shift-and-add, as are those of the input.
    if (sheet.cell == DatasheetCell::sram && sheet.weight_bits > 1 && converter_per_column(sheet))
        return 1;
    return std::min({sheet.input_bits, sheet.adc_bits + 1, 8});
}

void make_digital(const Datasheet& sheet, MacroConfig& c)
{
    c.family = MacroFamily::digital_adder_tree;
    c.encoding = Encoding::twos_complement;
    c.cell.bits = 1;
    c.driver.model = DriverModel::zigzag;
    c.digital.weight_bits = sheet.weight_bits;
    c.shift_add.bits = sheet.input_bits + sum_growth_bits(sheet.rows);
    c.columns = std::max(1, sheet.columns / sheet.weight_bits) * sheet.weight_bits;
}

/// A flash converter takes one of the steps of ZigZag-IMC's converter, a counting one a period of HERMES's oscillators
/// per level; the energy stays ZigZag-IMC's.
void set_converter_kind(const Datasheet& sheet, MacroConfig& c)
{
    const bool counts = sheet.adc_kind == ConverterKind::ramp || sheet.adc_kind == ConverterKind::cco;
    if (!counts && sheet.adc_kind != ConverterKind::flash)
        return;
    const ComponentCost sar = adc_cost({c.adc, {sheet.node_m, sheet.supply_v}, sheet.rows});
    c.adc.model = AdcModel::user;
    c.adc.user.energy_j = sar.energy_j;
    c.adc.user.area_m2 = sar.area_m2;
    c.adc.user.latency_s =
        counts ? std::pow(2.0, sheet.adc_bits) * 0.3e-9 * delay(hermes_process, sheet) : sar.latency_s / sheet.adc_bits;
}

void make_current(const Datasheet& sheet, MacroConfig& c)
{
    c.family = MacroFamily::analog_current;
    c.cell.bits = sheet.cell_bits > 0 ? sheet.cell_bits : 1;
    c.encoding = c.cell.bits == 1 ? Encoding::twos_complement : Encoding::biased;
    c.driver.model = DriverModel::zigzag;
    c.adcs = sheet.adc_count > 0 ? sheet.adc_count : sheet.columns;
    // Fewer converters than columns: the columns of a weight are weighed in analog and converted once.
    if (c.cell.bits == 1 && !converter_per_column(sheet)) {
        c.merged_columns = sheet.weight_bits;
        c.columns = std::max(1, sheet.columns / sheet.weight_bits) * sheet.weight_bits;
    }
    c.sample_hold.model = SampleHoldModel::thermal;
    c.sample_hold.banks = 1;
    c.adc.model = AdcModel::zigzag;
    c.adc.bits = sheet.adc_bits;
    set_converter_kind(sheet, c);
    c.shift_add.model = ShiftAddModel::gates;
    c.shift_add.bits = sheet.input_bits + sheet.weight_bits + sum_growth_bits(sheet.rows);
    if (sheet.cell == DatasheetCell::sram) {
        const double farad = 0.089e-15 * sheet.node_m * 1e9;
        c.array.model = ArrayModel::user;
        c.array.user.energy_j = farad * sheet.supply_v * sheet.supply_v;
        c.array.user.area_m2 =
            2.0 * sram_cell_f2(sheet.node_m) * sheet.node_m * sheet.node_m * sheet.rows * sheet.columns;
        // Operands of one bit are +1 and -1: no row stays at rest.
        c.array.user.by_data = sheet.input_bits > 1 || sheet.weight_bits > 1;
    } else {
        c.array.model = ArrayModel::conductance;
        c.cell.on_conductance_s = 20e-6;
        c.cell.read_voltage_v = 0.2;
        c.cell.width_f = 6.0;
        c.cell.height_f = 6.0;
    }
    // Up to four bits come as a train of pulses of eight gate delays each, more from a DAC.
    if (c.input.slice_bits > 1 && c.input.slice_bits <= 4) {
        const double pulse = 8.0 * gate_library({sheet.node_m, sheet.supply_v}).nand2.delay_s;
        const double fixed = driver_cost(c).latency_s + sample_hold_cost(c).latency_s;
        c.read_latency_s = fixed + settling_time(c) + (std::pow(2.0, c.input.slice_bits) - 1.0) * pulse;
    }
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
    c.cell.bits = sheet.cell_bits > 0 ? sheet.cell_bits : std::min(sheet.weight_bits, 8);
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
    c.adc.bits = sheet.adc_bits;
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
              sheet.cell_bits > 0 ? sheet.cell_bits : sheet.weight_bits,
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
    c.adc.bits = sheet.adc_bits;
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
    v.integer("weight_bits", weight_bits, {1, 16}, unit::bits, "weight width", config::Presence::required);
    v.integer("input_slice_bits", input_slice_bits, {0, 8}, unit::bits, "input bits applied at a time; 0: as is usual");
    v.integer("cell_bits", cell_bits, {0, 8}, unit::bits, "bits per cell; 0: one, or the weight's in PCM");
    v.integer("adc_bits", adc_bits, {0, 16}, unit::bits, "converter resolution; 0: digital");
    v.integer("adc_count", adc_count, {0, 65536}, unit::none, "converters; 0: one per column");
    v.choice("adc_kind", adc_kind, kinds, "how it converts");
    v.real("supply_v", supply_v, {0.2, 5}, unit::volts, "supply", config::Presence::required);
}

void Datasheet::check(const config::Place& place) const
{
    if (rows_active > rows)
        place.fail("rows_active", fmt::format("must not exceed rows = {}, got {}", rows, rows_active));
    if (adc_bits == 0 && cell != DatasheetCell::sram)
        place.fail("adc_bits", "only SRAM can do without converters");
    if (weight_bits > columns * std::max(cell_bits, 1))
        place.fail("weight_bits",
                   fmt::format("a weight of {} bits does not fit into {} columns", weight_bits, columns));
    if (cell == DatasheetCell::pcm && weight_bits > 8 && cell_bits == 0)
        place.fail("cell_bits", "needed for weights of more than 8 bits");
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
    if (sheet.adc_bits == 0)
        make_digital(sheet, c);
    else if (sheet.cell == DatasheetCell::pcm)
        make_pcm(sheet, c);
    else if (sheet.cell == DatasheetCell::rram && converter_per_column(sheet))
        make_voltage_sensing(sheet, c);
    else {
        c.input.slice_bits = input_slice(sheet);
        make_current(sheet, c);
    }
    return c;
}

} // namespace imc
