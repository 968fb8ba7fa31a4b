#include "arch/config/costs/array.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "arch/config/costs/gates.h"

namespace imc
{

namespace
{

constexpr ProcessPoint isaac_process{32e-9, 0.9};
constexpr const char* isaac_citation = "Shafiee et al., ISCA 2016, Table I (as in puma-simulator constants.py)";
constexpr double isaac_read_s = 100e-9;
constexpr double driver_ohm = 1e3; ///< on-resistance of a word-line driver and of the sense node

struct WireRow {
    double nm, width_nm, aspect, micro_ohm_cm;
};
// NeuroSim Param.cpp: pitch-limited wire width, aspect ratio, resistivity.
constexpr std::array<WireRow, 13> wires = {{{1, 8, 3.0, 7.87},
                                            {2, 10, 2.0, 6.61},
                                            {3, 12, 2.0, 5.8},
                                            {5, 15, 2.0, 4.98},
                                            {7, 20, 2.0, 4.17},
                                            {10, 22, 2.0, 3.95},
                                            {14, 32, 2.0, 3.25},
                                            {22, 40, 1.9, 2.97},
                                            {32, 56, 1.8, 2.63},
                                            {45, 80, 1.7, 2.37},
                                            {65, 105, 1.7, 2.21},
                                            {90, 110, 1.6, 2.20},
                                            {130, 175, 1.6, 2.01}}};

double wire_ohm_per_m(double node_m, double temperature_k)
{
    const double nm = std::clamp(node_m * 1e9, wires.front().nm, wires.back().nm);
    const auto resistance = [](const WireRow& w) {
        const double width = w.width_nm * 1e-9;
        return w.micro_ohm_cm * 1e-8 / (width * width * w.aspect);
    };
    auto upper = std::find_if(wires.begin(), wires.end(), [nm](const WireRow& w) { return w.nm >= nm; });
    if (upper == wires.begin())
        ++upper;
    const auto lower = upper - 1;
    const double share = std::log(nm / lower->nm) / std::log(upper->nm / lower->nm);
    const double log_low = std::log(resistance(*lower));
    const double log_high = std::log(resistance(*upper));
    return std::exp(log_low + share * (log_high - log_low)) * (1.0 + 0.00451 * (temperature_k - 300.0));
}

double squared(double x) { return x * x; }

ProcessPoint process_of(const MacroConfig& config) { return {config.node_m, config.supply_v}; }

void warn_size(ComponentCost& cost, const char* what, double value, double stated)
{
    if (value < 0.5 * stated || value > 2.0 * stated)
        cost.warnings.push_back(
            fmt::format("{} model of the {}: {:g} is beyond half or twice the one stated point {:g}", cost.model, what,
                        value, stated));
}

/// How long a cell conducts per event: an array read, or one least interval of pulse-width coding.
double read_time(const MacroConfig& config)
{
    if (config.input.coding != InputCoding::amplitude)
        return pulse_interval(config);
    return config.read_latency_s > 0.0 ? config.read_latency_s : settling_time(config);
}

} // namespace

double pulse_interval(const MacroConfig& config)
{
    if (config.input.pulse_s > 0.0)
        return UserCost{config.input.pulse_supply_v, 0.0, config.input.pulse_s}.at(config.supply_v).latency_s;
    const GateLibrary gates = gate_library(process_of(config));
    const int bits = config.input.slice_bits;
    constexpr double and_delay = 1.5; // a NAND and its inverter
    const double levels = std::ceil(std::log2(bits));
    return bits * gates.flip_flop.delay_s + gates.xor2.delay_s + (and_delay * levels + 1.0) * gates.nand2.delay_s;
}

LineParasitics line_parasitics(const MacroConfig& config)
{
    const double ohm = wire_ohm_per_m(config.node_m, config.temperature_k);
    constexpr double farad = 0.2e-15 / 1e-6;
    const double width = config.cell.width_f * config.node_m;
    const double height = config.cell.height_f * config.node_m;
    const double shrink = config.node_m / 32e-9;
    return {ohm * width, farad * width + 0.1e-15 * shrink, ohm * height, farad * height + 0.05e-15 * shrink};
}

double settling_time(const MacroConfig& config)
{
    const LineParasitics line = line_parasitics(config);
    const auto settle = [](double cells, double ohm, double farad) {
        return 5.0 * (driver_ohm * cells * farad + 0.5 * cells * ohm * cells * farad);
    };
    return settle(config.columns, line.word_ohm, line.word_farad) + settle(config.rows, line.bit_ohm, line.bit_farad);
}

namespace
{

ComponentCost nominal_driver(const MacroConfig& config)
{
    const int bits = config.input.slice_bits;
    const double levels = std::pow(2.0, bits - 1);
    ComponentCost c;
    c.citation = isaac_citation;
    c.scaling = ScalingClass::wire;
    c.latency_s = 1e-9; // one cycle of PUMA's 1 GHz
    switch (config.driver.model) {
    case DriverModel::isaac: {
        // 4 mW and 170 µm² for 8 × 128 lines of 128 cells, one bit per 100 ns; each more bit doubles a DAC
        // (MNSIM's DAC table), the line's share goes with its length.
        c.model = "isaac";
        const double line = config.columns / 128.0;
        c.energy_j =
            4e-3 / 1024 * isaac_read_s * levels * line * energy_factor(c.scaling, isaac_process, process_of(config));
        c.area_m2 = 170e-12 / 1024 * levels * line * area_factor(c.scaling, isaac_process, process_of(config));
        warn_size(c, "driver, columns", config.columns, 128);
        break;
    }
    case DriverModel::circuit: {
        c.model = "circuit";
        c.citation = "C V² of the word line; wire and gate capacitance from NeuroSim's tables";
        const LineParasitics line = line_parasitics(config);
        const GateLibrary gates = gate_library(process_of(config));
        // A tapered driver adds about a third of its load (fan-out of four: 1/4 + 1/16 + …).
        const double load = config.columns * line.word_farad;
        // … and takes a gate's delay, which is one at fan-out four, for every factor of four.
        c.latency_s = gates.nand2.delay_s *
                      std::max(1.0, std::log(load * squared(config.supply_v) / gates.nand2.energy_j) / std::log(4.0));
        c.energy_j = load * (4.0 / 3.0) * squared(config.supply_v) * levels;
        if (config.input.coding == InputCoding::pulse_width)
            c.energy_j /= levels; // one pulse, whatever its length
        if (config.input.coding == InputCoding::pulse_count)
            c.energy_j /= 2.0 * levels; // the event is one edge
        c.area_m2 = gates.nand2.area_m2 * 4.0 * levels;
        c.by_data = true;
        break;
    }
    case DriverModel::zigzag:
        c.model = "zigzag";
        c.citation = "ZigZag-IMC: 50 fF per DAC bit (none at one bit), 0.35 fF per cell of the word line";
        c.energy_j = ((bits > 1 ? 50e-15 * bits : 0.0) + 0.35e-15 * config.columns) * squared(config.supply_v);
        c.area_m2 = gate_library(process_of(config)).nand2.area_m2 * 4.0 * levels;
        c.by_data = true;
        break;
    case DriverModel::user:
        c = config.driver.user.at(config.supply_v);
        break;
    }
    c.rating_w = c.energy_j / isaac_read_s + c.leakage_w;
    return c;
}

} // namespace

ComponentCost driver_cost(const MacroConfig& config)
{
    ComponentCost c = nominal_driver(config);
    // The models differ in what they price where inputs are trains or lengths of pulses.
    if (config.driver.model == DriverModel::user || c.energy_j == 0.0 || config.input.coding != InputCoding::amplitude)
        return c;
    MacroConfig other = config;
    for (const DriverModel model : {DriverModel::isaac, DriverModel::circuit, DriverModel::zigzag}) {
        other.driver.model = model;
        const double ratio = nominal_driver(other).energy_j / c.energy_j;
        c.energy_range = {std::min(c.energy_range.low, ratio), std::max(c.energy_range.high, ratio)};
    }
    return c;
}

ComponentCost array_cost(const MacroConfig& config)
{
    const double cells = static_cast<double>(config.rows) * config.columns;
    const double cell_area = config.cell.width_f * config.cell.height_f * squared(config.node_m);
    ComponentCost c;
    c.latency_s = settling_time(config);
    c.scaling = ScalingClass::analog_matching;
    switch (config.array.model) {
    case ArrayModel::isaac:
        // 0.3 mW and 25 µm² for 128 × 128 cells read every 100 ns, in proportion to the cells.
        c.model = "isaac";
        c.citation = isaac_citation;
        c.energy_j = 0.3e-3 * isaac_read_s / (128.0 * 128.0);
        c.area_m2 = 25e-12 * cells / (128.0 * 128.0) * squared(config.node_m / isaac_process.node_m);
        c.rating_w = 0.3e-3 * cells / (128.0 * 128.0);
        warn_size(c, "array, cells", cells, 128.0 * 128.0);
        return c;
    case ArrayModel::conductance: {
        c.model = "conductance";
        c.citation = "V² G t of each cell's state, plus the bit line charged to the read voltage";
        const double off = config.cell.on_conductance_s / config.cell.on_off_ratio;
        c.energy_j = squared(config.cell.read_voltage_v) * off * read_time(config);
        // The bit line is charged once per read, which is one event here unless pulses have a width.
        if (config.input.coding == InputCoding::amplitude)
            c.energy_j += squared(config.cell.read_voltage_v) * line_parasitics(config).bit_farad;
        c.area_m2 = cells * cell_area;
        c.by_data = true;
        break;
    }
    case ArrayModel::bit_line:
        c.model = "bit_line";
        c.citation = "ZigZag-IMC: 0.35 fF per cell of the bit line";
        c.scaling = ScalingClass::sram_cell;
        c.energy_j = 0.35e-15 * squared(config.supply_v);
        c.area_m2 = cells * sram_cell_f2(config.node_m) * squared(config.node_m);
        c.by_data = true;
        break;
    case ArrayModel::user:
        c = config.array.user.at(config.supply_v);
        if (config.array.user.latency_s == 0.0)
            c.latency_s = settling_time(config);
        break;
    }
    c.rating_w = c.energy_j * cells / read_time(config) + c.leakage_w;
    return c;
}

ComponentCost array_state_cost(const MacroConfig& config)
{
    ComponentCost c;
    if (config.array.model == ArrayModel::user && config.array.user_state.energy_j > 0.0) {
        c = config.array.user_state.at(config.supply_v);
        c.by_data = true;
    }
    if (config.array.model != ArrayModel::conductance)
        return c;
    const double on = config.cell.on_conductance_s;
    const double step = (on - on / config.cell.on_off_ratio) / (std::pow(2.0, config.cell.bits) - 1.0);
    c.model = "conductance";
    c.citation = "V² G t of each cell's state";
    c.scaling = ScalingClass::analog_matching;
    c.energy_j = squared(config.cell.read_voltage_v) * step * read_time(config);
    c.by_data = true;
    return c;
}

ComponentCost sample_hold_cost(const MacroConfig& config)
{
    ComponentCost c;
    c.scaling = ScalingClass::analog_noise;
    c.latency_s = 1e-9; // one cycle of PUMA's 1 GHz
    switch (config.sample_hold.model) {
    case SampleHoldModel::isaac:
        c.model = "isaac";
        c.citation = isaac_citation;
        c.energy_j = 9.7e-9 * isaac_read_s;
        c.area_m2 = 40e-12 / 1024;
        break;
    case SampleHoldModel::thermal: {
        // kT/C = LSB²/12 with LSB = supply / 2^bits.
        constexpr double boltzmann = 1.380649e-23;
        c.model = "thermal";
        c.citation = "kT/C noise equal to the quantisation noise of the converter";
        const double farad = std::max(1e-15, 12.0 * boltzmann * config.temperature_k *
                                                 std::pow(4.0, config.adc.effective_bits()) / squared(config.supply_v));
        c.energy_j = farad * squared(config.supply_v);
        c.area_m2 = farad / 2e-3 + 4.0 * squared(3.0 * config.node_m); // 2 fF/µm² and a switch
        break;
    }
    case SampleHoldModel::user:
        c = config.sample_hold.user.at(config.supply_v);
        break;
    }
    c.rating_w = c.energy_j / isaac_read_s + c.leakage_w;
    return c;
}

ComponentCost shift_add_cost(const MacroConfig& config)
{
    ComponentCost c;
    switch (config.shift_add.model) {
    case ShiftAddModel::isaac:
        // 0.2 mW for the four units behind eight converters of 1.28 GS/s; width in proportion to 16 bits.
        c.model = "isaac";
        c.citation = isaac_citation;
        c.energy_j = 0.2e-3 / (8 * 1.28e9) * (config.shift_add.bits / 16.0) *
                     energy_factor(c.scaling, isaac_process, process_of(config));
        c.area_m2 = 60e-12 * (config.shift_add.bits / 16.0) * area_factor(c.scaling, isaac_process, process_of(config));
        c.latency_s = 1e-9;
        c.rating_w = 0.05e-3 * c.energy_j / (0.2e-3 / (8 * 1.28e9));
        return c;
    case ShiftAddModel::gates:
        return registered_adder(process_of(config), config.shift_add.bits);
    case ShiftAddModel::user:
        c = config.shift_add.user.at(config.supply_v);
        c.rating_w = c.leakage_w + (c.latency_s > 0.0 ? c.energy_j / c.latency_s : 0.0);
        return c;
    }
    return c;
}

} // namespace imc
