#include "arch/config/datasheet.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

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
    {"cco", ConverterKind::cco, "counts the periods of an oscillator during the read"}};

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
    v.integer("input_slice_bits", input_slice_bits, {0, 8}, unit::bits,
              "input bits applied at a time; 0: as is usual (1 without converters)");
    v.integer("cell_bits", cell_bits, {0, 8}, unit::bits, "bits per cell; 0: as is usual");
    v.real("adc_bits", adc_bits, {0, 16}, unit::bits, "converter resolution; 0: digital");
    v.integer("adc_count", adc_count, {0, 65536}, unit::none, "converters; 0: one per column");
    v.choice("adc_kind", adc_kind, kinds, "how it converts");
    v.integer("phases", phases, {1, 16}, unit::none, "whole reads per access, as one per sign; results are added");
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
    if (adc_bits == 0.0 && phases > 1)
        place.fail("phases", fmt::format("must be 1 without converters (adc_bits = 0), got {}", phases));
    if (stored_bits() > columns * std::max(cell_bits, 1))
        place.fail("weight_bits",
                   fmt::format("a weight of {:g} bits does not fit into {} columns", weight_bits, columns));
    if (cell == DatasheetCell::pcm && weight_bits > 8 && cell_bits == 0)
        place.fail("cell_bits", "needed for weights of more than 8 bits");
}

int Datasheet::stored_bits() const { return static_cast<int>(std::ceil(weight_bits)); }

} // namespace imc
