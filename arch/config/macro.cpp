#include "arch/config/macro.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "arch/config/costs/array.h"

namespace imc
{

namespace
{

using config::Choice;

constexpr Choice<MacroFamily> families[] = {
    {"analog_current", MacroFamily::analog_current, "current-mode RRAM/PCM crossbars, converters shared by columns"},
    {"analog_column_converter", MacroFamily::analog_column_converter, "PCM crossbar with a converter per column"},
    {"voltage_sensing", MacroFamily::voltage_sensing, "RRAM read by voltage, charge-decrement neurons (NeuRRAM)"},
    {"charge_domain", MacroFamily::charge_domain,
     "SRAM with a capacitor per cell, SAR converter per column (Jia; C-2C)"},
    {"pulse_count_flash", MacroFamily::pulse_count_flash, "8T SRAM, pulse-count inputs, flash converters (Sinangil)"},
    {"digital_adder_tree", MacroFamily::digital_adder_tree, "SRAM with an adder tree per column of weights"},
    {"digital_bit_serial", MacroFamily::digital_bit_serial, "SRAM with an adder in every cell (Colonnade)"}};
constexpr Choice<Encoding> encodings[] = {
    {"biased", Encoding::biased, "weight plus half the range; the offset is subtracted digitally"},
    {"biased_flip", Encoding::biased_flip, "biased; columns that could use the top bit are stored inverted (ISAAC)"},
    {"offset_column", Encoding::offset_column, "biased; a reference column per array measures the offset"},
    {"differential_analog", Encoding::differential_analog, "pairs of columns subtracted before conversion"},
    {"differential_digital", Encoding::differential_digital, "pairs of columns, both converted"},
    {"twos_complement", Encoding::twos_complement, "one bit per cell, the top bit counts negative"},
    {"xnor", Encoding::xnor, "one bit per cell, states +1 and -1"}};
constexpr Choice<OffsetSource> offsets[] = {
    {"popcount", OffsetSource::popcount, "a digital counter of the input bits per array"},
    {"unit_column", OffsetSource::unit_column, "one more column of ones per array, converted with the others"}};
constexpr Choice<CellTechnology> technologies[] = {{"sram", CellTechnology::sram, "static memory cell"},
                                                   {"rram", CellTechnology::rram, "resistive memory with a transistor"},
                                                   {"pcm", CellTechnology::pcm, "phase-change memory"}};
constexpr Choice<InputCoding> codings[] = {
    {"amplitude", InputCoding::amplitude, "a level per slice for one array read"},
    {"pulse_width", InputCoding::pulse_width, "a pulse as long as the slice's value"},
    {"pulse_count", InputCoding::pulse_count, "as many pulses as the slice's value"}};
constexpr Choice<SampleHoldModel> sample_hold_models[] = {
    {"isaac", SampleHoldModel::isaac, "ISAAC Table I: 10 uW for 1024 columns"},
    {"thermal", SampleHoldModel::thermal, "a capacitor whose kT/C noise equals the quantisation noise"},
    {"user", SampleHoldModel::user, "the numbers of 'user'"}};
constexpr Choice<InputDrive> drives[] = {
    {"row_voltage", InputDrive::row_voltage, "rows carry voltages; all cells conduct all the time"},
    {"gate", InputDrive::gate, "word lines switch transistors; unselected cells are open"}};
constexpr Choice<SignedInput> signed_inputs[] = {
    {"twos_complement", SignedInput::twos_complement, "bit-serial; the top bit's result is subtracted"},
    {"signed_pulse", SignedInput::signed_pulse, "magnitude with either read polarity in one phase"},
    {"two_phases", SignedInput::two_phases, "positive inputs first, negative ones in a second phase"}};

bool is_differential(Encoding e) { return e == Encoding::differential_analog || e == Encoding::differential_digital; }

} // namespace

void CellConfig::fields(config::Visitor& v)
{
    v.choice("technology", technology, technologies, "kind of cell");
    v.path("device", device, "file of device statistics for runs with values");
    v.integer("bits", bits, {1, 8}, unit::bits, "bits stored per cell");
    v.real("on_conductance_us", on_conductance_s, {1e-6, 1e4}, unit::microsiemens, "conductance of the top state");
    v.real("on_off_ratio", on_off_ratio, {1.0, 1e12}, unit::none, "top over bottom conductance");
    v.real("read_voltage_v", read_voltage_v, {1e-3, 5.0}, unit::volts, "voltage over the cell during a read");
    v.real("width_f", width_f, {1.0, 1000.0}, unit::none, "cell pitch along the word line, in units of the node");
    v.real("height_f", height_f, {1.0, 1000.0}, unit::none, "cell pitch along the bit line, in units of the node");
}

void InputConfig::fields(config::Visitor& v)
{
    v.integer("slice_bits", slice_bits, {1, 8}, unit::bits, "input bits applied per array read");
    v.choice("coding", coding, codings, "how a slice is applied");
    v.choice("signed_input", signed_input, signed_inputs, "how negative inputs are applied");
    v.real("pulse_ns", pulse_s, {0.0, 1e3}, unit::nanoseconds,
           "least interval of pulse-width and -count coding; 0: the period of a counter of unit gates");
    v.real("pulse_supply_v", pulse_supply_v, {0.0, 5.0}, unit::volts, "supply at which pulse_ns holds; 0: at any");
    v.boolean("early_end", early_end, "pulses: a read ends with the longest pulse that the data ask for");
    v.integer("extra_edges", extra_edges, {0, 1000}, unit::none, "word-line edges per read beyond two per pulse");
    v.boolean("per_bit", per_bit, "pulse count: lines and cells work once per bit, sampled 2^bit times (NeuRRAM)");
}

void SampleHoldConfig::fields(config::Visitor& v)
{
    v.integer("banks", banks, {1, 2}, unit::none, "2: a slice is sampled while the one before is converted");
    v.choice("model", model, sample_hold_models, "where the cost comes from");
    v.section("user", user, "costs for model 'user', per sample");
}

void WireConfig::fields(config::Visitor& v)
{
    v.real("wire_ohm", wire_ohm, {0.0, 1e6}, unit::ohms,
           "wire between neighbouring cells, rows and columns alike; 0: of the node over the cell's pitch");
    v.real("source_ohm", source_ohm, {0.0, 1e9}, unit::ohms, "row driver to the first cell");
    v.real("sense_ohm", sense_ohm, {0.0, 1e9}, unit::ohms, "last cell of a column to the virtual ground");
    v.real("access_ohm", access_ohm, {0.0, 1e9}, unit::ohms, "in series with each cell");
    v.choice("drive", drive, drives, "how rows are driven");
}

void WireConfig::check(const config::Place& place) const
{
    if (drive == InputDrive::gate && source_ohm > 0.0)
        place.fail("source_ohm", "source lines are ideal with gate drive: must be 0");
}

void WriteConfig::fields(config::Visitor& v)
{
    v.real("pulse_ns", pulse_s, {1e-3, 1e9}, unit::nanoseconds, "length of a write pulse");
    v.real("pulse_energy_pj", pulse_energy_j, {0.0, 1e6}, unit::picojoules, "energy of a pulse, drivers included");
    v.integer("pulses", pulses, {1, 1000}, unit::none, "pulses per cell where no device model says");
    v.real("verify_ns", verify_s, {0.0, 1e9}, unit::nanoseconds, "verifying read after each pulse");
    v.integer("parallel_cells", parallel_cells, {1, 4096}, unit::none, "cells of a row written at a time");
}

const char* MacroConfig::family_name() const
{
    for (const auto& choice : families)
        if (choice.value == family)
            return choice.name;
    return "";
}

void MacroConfig::fields(config::Visitor& v)
{
    v.choice("family", family, families, "kind of macro", config::Presence::required);
    v.text("name", name, "what it is called in reports");
    v.integer("arrays", arrays, {1, 4096}, unit::none, "cell arrays that share the converters");
    v.integer("rows", rows, {1, 16384}, unit::none, "rows of an array");
    v.integer("columns", columns, {1, 16384}, unit::none, "columns of an array");
    v.integer("active_rows", active_rows, {0, 16384}, unit::none, "most rows driven at a time; 0: all");
    v.real("node_nm", node_m, {1.0, 500.0}, unit::nanometres, "technology node");
    v.real("supply_v", supply_v, {0.2, 5.0}, unit::volts, "supply");
    v.real("temperature_k", temperature_k, {200.0, 450.0}, unit::kelvins, "temperature");
    v.real("read_latency_ns", read_latency_s, {0.0, 1e6}, unit::nanoseconds,
           "drive, settle and sample of one slice; 0: from the array's size");
    v.section("cell", cell, "memory cell");
    v.section("wires", wires, "resistances for values; null: ideal wires");
    v.choice("encoding", encoding, encodings, "signed weights on cells");
    v.choice("offset", offset, offsets, "source of the offset of biased encodings");
    v.section("input", input, "how inputs are applied");
    v.section("driver", driver, "word-line drivers and DACs");
    v.section("array", array, "energy and settling of the cell array");
    v.section("sample_hold", sample_hold, "sample-and-hold per column");
    v.integer("merged_columns", merged_columns, {1, 64}, unit::none, "columns joined in analog before a converter");
    v.integer("adcs", adcs, {1, 65536}, unit::none, "converters of the macro (analog_current; else one per column)");
    v.section("adc", adc, "converter");
    v.section("shift_add", shift_add, "shift-add of slices");
    v.section("digital", digital, "gates of adder trees, accumulators and counters");
    v.section("write", write, "writing cells");
    v.real("area_overhead", area_overhead, {1.0, 10.0}, unit::none, "routing and white space: factor on area");
    v.boolean("fitted", fitted, "costs were fitted to the chip they are compared with");
}

void MacroConfig::check(const config::Place& place) const
{
    if (wires && wires->drive == InputDrive::gate && input.slice_bits != 1)
        place.fail("wires.drive",
                   fmt::format("gate drive applies one input bit at a time, input.slice_bits is {}", input.slice_bits));
    if (active_rows > rows)
        place.fail("active_rows", fmt::format("must not exceed rows = {}, got {}", rows, active_rows));
    if (encoding == Encoding::twos_complement || encoding == Encoding::xnor) {
        if (cell.bits != 1)
            place.fail("cell.bits", fmt::format("this encoding stores one bit per cell, got {}", cell.bits));
    }
    if (is_differential(encoding) && columns % 2 != 0)
        place.fail("columns", fmt::format("a differential encoding needs pairs, got {}", columns));
    if (reserved_columns(*this) >= columns)
        place.fail("columns", fmt::format("must exceed the reserved columns, got {}", columns));
    if (family == MacroFamily::analog_current && adcs % arrays != 0 && arrays % adcs != 0)
        place.fail("adcs", fmt::format("must be a multiple or a divisor of arrays = {}, got {}", arrays, adcs));
    if (columns % merged_columns != 0)
        place.fail("merged_columns", fmt::format("must divide columns = {}, got {}", columns, merged_columns));
    if (merged_columns > 1 && (is_differential(encoding) || extra_columns(*this) > 0))
        place.fail("merged_columns", "merged columns need an encoding without pairs and reference columns");
    if (!is_analog(family)) {
        if (encoding != Encoding::twos_complement)
            place.fail("encoding", "a digital macro adds bits: must be 'twos_complement'");
        if (family == MacroFamily::digital_adder_tree && columns % digital.weight_bits != 0)
            place.fail("columns", fmt::format("must be a multiple of digital.weight_bits = {}, got {}",
                                              digital.weight_bits, columns));
        if (const int word = digital.weight_bits + sum_growth_bits(rows);
            family == MacroFamily::digital_bit_serial && columns < word)
            place.fail("columns", fmt::format("must hold a word and its growth over {} rows, {} columns, got {}", rows,
                                              word, columns));
        if (input.slice_bits != 1 || input.coding != InputCoding::amplitude)
            place.fail("input.slice_bits", "a digital macro takes one input bit at a time");
    }
    if (input.early_end && input.coding == InputCoding::amplitude)
        place.fail("input.early_end", "levels last for a whole read: needs input.coding pulse_width or pulse_count");
    if (input.coding != InputCoding::amplitude && family == MacroFamily::analog_current)
        place.fail("input.coding", "pulse inputs need a family with a converter per column");
    if (input.per_bit && !samples_per_pulse(*this))
        place.fail("input.per_bit", "needs family voltage_sensing and input.coding pulse_count");
    if (input.per_bit && (driver_cost(*this).by_data || array_cost(*this).by_data))
        place.fail("input.per_bit", "drivers and cells must work whatever the data: of these models they do not");
    if (driver.model == DriverModel::line && driver.line.start_cycles > 0.0 && !is_analog(family))
        place.fail("driver.line.start_cycles", "a digital macro has no reads that start");
    if (adc.bits_left && (adc.model != AdcModel::user_per_bit || !converts_per_column(family)))
        place.fail("adc.bits_left", "needs adc.model user_per_bit and a family with a converter per column");
    if (adc.bias_a > 0.0 && !samples_per_pulse(*this))
        place.fail("adc.bias_ua", "needs family voltage_sensing and input.coding pulse_count");
    if (input.slice_bits > 1 && input.signed_input == SignedInput::twos_complement && converts_per_column(family))
        place.fail("input.signed_input", "two's complement inputs are applied one bit at a time");
    const double overhead =
        driver_cost(*this).latency_s + (converts_per_column(family) ? 0.0 : sample_hold_cost(*this).latency_s);
    if (is_analog(family) && input.coding == InputCoding::amplitude && read_latency_s > 0.0 &&
        read_latency_s <= overhead)
        place.fail("read_latency_ns", fmt::format("must exceed the {:g} ns of drivers and sample-and-hold, got {:g}",
                                                  overhead * 1e9, read_latency_s * 1e9));
}

bool is_analog(MacroFamily family)
{
    return family != MacroFamily::digital_adder_tree && family != MacroFamily::digital_bit_serial;
}

bool converts_per_column(MacroFamily family) { return is_analog(family) && family != MacroFamily::analog_current; }

bool samples_per_pulse(const MacroConfig& config)
{
    return config.family == MacroFamily::voltage_sensing && config.input.coding == InputCoding::pulse_count;
}

double wire_ohm(const MacroConfig& config)
{
    struct Row {
        double node_nm, width_nm, aspect, micro_ohm_cm;
    };
    constexpr Row table[] = {{130, 175, 1.6, 2.01}, {90, 110, 1.6, 2.20}, {65, 105, 1.7, 2.21}, {45, 80, 1.7, 2.37},
                             {32, 56, 1.8, 2.63},   {22, 40, 1.9, 2.97},  {14, 32, 2.0, 3.25},  {10, 22, 2.0, 3.95},
                             {7, 20, 2.0, 4.17},    {5, 15, 2.0, 4.98},   {3, 12, 2.0, 5.8},    {2, 10, 2.0, 6.61},
                             {1, 8, 3.0, 7.87}};
    if (config.wires && config.wires->wire_ohm > 0.0)
        return config.wires->wire_ohm;
    const auto per_metre = [&](const Row& r) {
        const double w = r.width_nm * 1e-9;
        return r.micro_ohm_cm * 1e-8 / (w * w * r.aspect) * (1.0 + 0.00451 * (config.temperature_k - 300.0));
    };
    const double node = config.node_m * 1e9;
    double resistance = per_metre(table[0]); // beyond the table: its ends
    for (std::size_t i = 0; i + 1 < std::size(table); ++i)
        if (node < table[i].node_nm) {
            const Row &a = table[i], &b = table[i + 1];
            const double share = std::min(1.0, std::log(a.node_nm / node) / std::log(a.node_nm / b.node_nm));
            resistance = std::exp(std::lerp(std::log(per_metre(a)), std::log(per_metre(b)), share));
        }
    return resistance * std::max(config.cell.width_f, config.cell.height_f) * config.node_m;
}

bool uses_offset(Encoding e)
{
    return e == Encoding::biased || e == Encoding::biased_flip || e == Encoding::offset_column;
}

int weight_slices(const MacroConfig& config, int weight_bits)
{
    if (weight_bits < 1 || weight_bits > 32)
        throw std::invalid_argument(fmt::format("weight_slices: weight_bits must be in [1, 32], got {}", weight_bits));
    return (weight_bits + config.cell.bits - 1) / config.cell.bits;
}

int columns_per_weight(const MacroConfig& config, int weight_bits)
{
    const int slices = weight_slices(config, weight_bits);
    if (!is_analog(config.family)) { // whole words only; of bit-serial ones the sum grows into further columns
        const int words = (slices + config.digital.weight_bits - 1) / config.digital.weight_bits;
        const bool grows = config.family == MacroFamily::digital_bit_serial;
        return words * (config.digital.weight_bits + (grows ? sum_growth_bits(config.rows) : 0));
    }
    if (config.merged_columns > 1) // whole groups of binary-weighted columns
        return (slices + config.merged_columns - 1) / config.merged_columns * config.merged_columns;
    return slices * (is_differential(config.encoding) ? 2 : 1);
}

int sum_growth_bits(int rows)
{
    int bits = 0;
    while ((1 << bits) < rows)
        ++bits;
    return bits;
}

int result_columns(const MacroConfig& config, int columns)
{
    const int pairs = config.encoding == Encoding::differential_analog ? 2 : 1;
    return (columns / pairs + config.merged_columns - 1) / config.merged_columns + extra_columns(config);
}

int reserved_columns(const MacroConfig& config) { return config.encoding == Encoding::offset_column ? 1 : 0; }

int extra_columns(const MacroConfig& config)
{
    const bool unit = uses_offset(config.encoding) && config.offset == OffsetSource::unit_column;
    return reserved_columns(config) + (unit && reserved_columns(config) == 0 ? 1 : 0);
}

int weights_per_row(const MacroConfig& config, int weight_bits)
{
    return (config.columns - reserved_columns(config)) / columns_per_weight(config, weight_bits);
}

int input_slices(const MacroConfig& config, int input_bits, bool signed_input)
{
    if (input_bits < 1 || input_bits > 32)
        throw std::invalid_argument(fmt::format("input_slices: input_bits must be in [1, 32], got {}", input_bits));
    // A sign carried by the polarity or by a phase of its own leaves the magnitude's bits to the slices.
    const bool magnitude = signed_input && config.input.signed_input != SignedInput::twos_complement;
    const int bits = magnitude ? std::max(1, input_bits - 1) : input_bits;
    return (bits + config.input.slice_bits - 1) / config.input.slice_bits;
}

int required_bits(int rows, int cell_bits, int dac_bits, bool signed_sum, Encoding encoding)
{
    if (rows < 1 || cell_bits < 1 || dac_bits < 1)
        throw std::invalid_argument(fmt::format(
            "required_bits: rows, cell bits and DAC bits must be positive, got {}, {}, {}", rows, cell_bits, dac_bits));
    if (cell_bits > 16 || dac_bits > 16)
        throw std::invalid_argument(
            fmt::format("required_bits: at most 16 bits per cell and slice, got {} and {}", cell_bits, dac_bits));
    std::int64_t sum = rows * ((std::int64_t{1} << cell_bits) - 1) * ((std::int64_t{1} << dac_bits) - 1);
    if (encoding == Encoding::biased_flip)
        sum /= 2;
    const std::int64_t codes = sum * (signed_sum ? 2 : 1) + 1;
    int bits = 0;
    while ((std::int64_t{1} << bits) < codes)
        ++bits;
    return bits;
}

namespace
{

/// Of one converter for all groups of merged columns of a weight.
int required_bits_merged(const MacroConfig& config, std::int64_t largest_cell, bool signed_sum, int slices)
{
    int most = 0;
    for (int first = 0; first < slices; first += config.merged_columns) {
        std::int64_t high = 0, low = 0, all = 0;
        for (int j = 0; j < config.merged_columns; ++j) {
            const std::int64_t sum = largest_cell << (j * config.cell.bits);
            const bool top = config.encoding == Encoding::twos_complement && first + j + 1 == slices;
            all += sum;
            if (first + j < slices)
                (top ? low : high) += sum;
        }
        if (config.encoding == Encoding::biased_flip)
            high = std::min(high, all / 2);
        const bool is_signed = signed_sum || low > 0;
        if (signed_sum)
            low = high = std::max(low, high);
        int bits = is_signed ? 1 : 0;
        while ((std::int64_t{1} << (bits - (is_signed ? 1 : 0))) < std::max(low, high + 1))
            ++bits;
        most = std::max(most, bits);
    }
    return most;
}

} // namespace

int required_bits(const MacroConfig& config, int rows, bool signed_input, int weight_bits)
{
    const int active = config.active_rows > 0 ? std::min(rows, config.active_rows) : rows;
    const bool signed_sum = config.encoding == Encoding::differential_analog ||
                            (signed_input && config.input.signed_input == SignedInput::signed_pulse);
    if (config.merged_columns > 1) {
        const std::int64_t cell = std::int64_t{active} * ((std::int64_t{1} << config.cell.bits) - 1) *
                                  ((std::int64_t{1} << config.input.slice_bits) - 1);
        return required_bits_merged(config, cell, signed_sum || config.encoding == Encoding::xnor,
                                    weight_slices(config, weight_bits));
    }
    return required_bits(active, config.cell.bits, config.input.slice_bits, signed_sum, config.encoding);
}

} // namespace imc
