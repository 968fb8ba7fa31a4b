#include "arch/config/datasheet.h"

#include <algorithm>

#include <fmt/format.h>

namespace imc
{

namespace
{

constexpr config::Choice<DatasheetCell> cells[] = {{"sram", DatasheetCell::sram, "static memory cell"},
                                                   {"rram", DatasheetCell::rram, "resistive memory"},
                                                   {"pcm", DatasheetCell::pcm, "phase-change memory"}};

void make_digital(const Datasheet& sheet, MacroConfig& c)
{
    c.family = MacroFamily::digital_adder_tree;
    c.encoding = Encoding::twos_complement;
    c.cell.bits = 1;
    c.driver.model = DriverModel::zigzag;
    c.digital.weight_bits = sheet.weight_bits;
    c.columns = std::max(1, sheet.columns / sheet.weight_bits) * sheet.weight_bits;
}

void make_current(const Datasheet& sheet, MacroConfig& c)
{
    c.family = MacroFamily::analog_current;
    c.cell.bits = sheet.cell_bits > 0 ? sheet.cell_bits : 1;
    c.encoding = c.cell.bits == 1 ? Encoding::twos_complement : Encoding::biased;
    c.driver.model = DriverModel::zigzag;
    c.adcs = sheet.adc_count > 0 ? sheet.adc_count : sheet.columns;
    // As many converters as weights: the columns of a weight are weighed in analog and converted once.
    if (c.cell.bits == 1 && c.adcs * sheet.weight_bits == sheet.columns)
        c.merged_columns = sheet.weight_bits;
    c.adc.model = AdcModel::zigzag;
    c.adc.bits = sheet.adc_bits;
    c.sample_hold.model = SampleHoldModel::thermal;
    c.shift_add.model = ShiftAddModel::gates;
    c.shift_add.bits = sheet.input_bits + sheet.weight_bits + sum_growth_bits(sheet.rows);
    if (sheet.cell == DatasheetCell::sram) {
        const double farad = 0.089e-15 * sheet.node_m * 1e9;
        c.array.model = ArrayModel::user;
        c.array.user.energy_j = farad * sheet.supply_v * sheet.supply_v;
        c.array.user.area_m2 =
            2.0 * sram_cell_f2(sheet.node_m) * sheet.node_m * sheet.node_m * sheet.rows * sheet.columns;
        c.array.user.by_data = true;
    } else {
        c.array.model = ArrayModel::conductance;
        c.cell.on_conductance_s = 20e-6;
        c.cell.read_voltage_v = 0.2;
        c.cell.width_f = 6.0;
        c.cell.height_f = 6.0;
    }
}

void make_pcm(const Datasheet& sheet, MacroConfig& c)
{
    const double node = sheet.node_m / 14e-9;
    const double supply = sheet.supply_v / 0.8;
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
    v.real("tech_nm", node_m, {1, 500}, unit::nanometres, "technology node", config::Presence::required);
    v.choice("cell", cell, cells, "kind of cell", config::Presence::required);
    v.integer("rows", rows, {1, 16384}, unit::none, "rows of the array", config::Presence::required);
    v.integer("columns", columns, {1, 16384}, unit::none, "columns of cells", config::Presence::required);
    v.integer("rows_active", rows_active, {0, 16384}, unit::none, "rows driven at a time; 0: all");
    v.integer("input_bits", input_bits, {1, 16}, unit::bits, "input width", config::Presence::required);
    v.integer("weight_bits", weight_bits, {1, 16}, unit::bits, "weight width", config::Presence::required);
    v.integer("input_slice_bits", input_slice_bits, {1, 8}, unit::bits, "input bits applied at a time (not for PCM)");
    v.integer("cell_bits", cell_bits, {0, 8}, unit::bits, "bits per cell; 0: one, or the weight's in PCM");
    v.integer("adc_bits", adc_bits, {0, 16}, unit::bits, "converter resolution; 0: digital");
    v.integer("adc_count", adc_count, {0, 65536}, unit::none, "converters; 0: one per column");
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
    c.input.slice_bits = sheet.input_slice_bits;
    if (sheet.adc_bits == 0)
        make_digital(sheet, c);
    else if (sheet.cell == DatasheetCell::pcm)
        make_pcm(sheet, c);
    else
        make_current(sheet, c);
    return c;
}

} // namespace imc
