#include "arch/config/costs/array.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "arch/config/costs/gates.h"
#include "arch/config/costs/table_one.h"

namespace imc
{

namespace
{

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

/// Cells of transistors shrink as the node's SRAM cell; resistances with their pitch, lines with them.
ScalingClass array_class(const MacroConfig& config)
{
    return config.cell.technology == CellTechnology::sram ? ScalingClass::sram_cell : ScalingClass::analog_matching;
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

ComponentCost array_cost(const MacroConfig& config)
{
    const double cells = static_cast<double>(config.rows) * config.columns;
    const double cell_area = config.cell.width_f * config.cell.height_f * squared(config.node_m);
    ComponentCost c;
    c.latency_s = settling_time(config);
    c.scaling = ScalingClass::analog_matching;
    switch (config.array.model) {
    case ArrayModel::isaac:
        // 0.3 mW and 25 µm² for 128 × 128 cells read every 100 ns, in proportion to the cells. Cells of the same
        // resistance read for the same time take V²; that they shrink with the node leaves the resistance.
        c.model = "isaac";
        c.citation = table_one::citation;
        c.energy_j =
            0.3e-3 * table_one::read_s / (128.0 * 128.0) * squared(config.supply_v / table_one::process.supply_v);
        c.area_m2 = 25e-12 * cells / (128.0 * 128.0) * squared(config.node_m / table_one::process.node_m);
        c.rating_w = c.energy_j * cells / table_one::read_s;
        warn_size(c, "array, cells", cells, 128.0 * 128.0);
        warn_of_point(c, table_one::process, process_of(config));
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
        c.citation = "ZigZag-IMC, 28 nm: 0.35 fF per cell of the bit line, with the node";
        c.scaling = ScalingClass::sram_cell;
        c.energy_j = 0.35e-15 * (config.node_m / 28e-9) * squared(config.supply_v);
        c.area_m2 = cells * sram_cell_f2(config.node_m) * squared(config.node_m);
        c.by_data = true;
        break;
    case ArrayModel::capacitor: {
        // A cell drives its capacitor from rail to rail against the line that all share; what is reset with it is the
        // line. The factor is for what the layout adds: internal nodes, drains, resets.
        c.model = "capacitor";
        c.citation = "C V² of the cell's capacitor and its share of the line; wire and drain from NeuroSim's tables";
        c.energy_j = config.array.layout_factor * (config.array.capacitor_f + line_parasitics(config).bit_farad) *
                     squared(config.supply_v);
        c.area_m2 = cells * cell_area;
        c.by_data = true;
        break;
    }
    case ArrayModel::user:
        c = config.array.user.at(process_of(config), array_class(config));
        if (config.array.user.latency_s == 0.0)
            c.latency_s = settling_time(config);
        if (config.array.user.area_m2 == 0.0)
            c.area_m2 = cells * cell_area;
        else if (config.array.user.cells > 0) {
            c.area_m2 *= cells / config.array.user.cells;
            warn_size(c, "array, cells", cells, config.array.user.cells);
        }
        break;
    }
    c.rating_w = c.energy_j * cells / read_time(config) + c.leakage_w;
    return c;
}

ComponentCost array_state_cost(const MacroConfig& config)
{
    ComponentCost c;
    if (config.array.model == ArrayModel::user && config.array.user_state.energy_j > 0.0) {
        c = config.array.user_state.at(process_of(config), array_class(config));
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

} // namespace imc
