#include "arch/config/costs/models.h"

#include <fmt/format.h>

namespace imc
{

namespace
{

using config::Choice;

constexpr Unit microamperes{"uA", 1e-6};

constexpr Choice<AdcModel> adc_models[] = {
    {"exploration", AdcModel::exploration, "grows with bits, rate and node without steps; for searches"},
    {"isaac", AdcModel::isaac, "ISAAC Table I, 32 nm, 4 to 10 bits"},
    {"puma", AdcModel::puma, "PUMA constants, latency grows with bits"},
    {"murmann", AdcModel::murmann, "regression over the Murmann survey"},
    {"zigzag", AdcModel::zigzag, "ZigZag-IMC formula, 28 nm"},
    {"neurosim", AdcModel::neurosim, "NeuroSim SAR coefficients, 1 to 130 nm"},
    {"flash", AdcModel::flash, "2^bits - 1 comparisons at once"},
    {"ramp", AdcModel::ramp, "single slope: a comparison per level"},
    {"cco", AdcModel::cco, "current-controlled oscillator and counter, 300 ps per level at 14 nm (HERMES)"},
    {"user", AdcModel::user, "the numbers of 'user'"},
    {"user_per_bit", AdcModel::user_per_bit, "the numbers of 'user', energy and latency once per bit"}};
constexpr Choice<AdcRange> adc_ranges[] = {
    {"ideal", AdcRange::ideal, "neither steps nor limits"},
    {"full_scale", AdcRange::full_scale, "the least step that covers the largest possible sum, at least one unit"},
    {"percentile", AdcRange::percentile, "from the sums that calibration images give; steps are powers of two"}};
constexpr Choice<DriverModel> driver_models[] = {
    {"isaac", DriverModel::isaac, "ISAAC Table I: 4 mW for 1024 lines of 128 cells"},
    {"circuit", DriverModel::circuit, "C V² of the loaded line and its driver, from the array's size"},
    {"zigzag", DriverModel::zigzag, "ZigZag-IMC: 50 fF per bit, 0.35 fF per cell"},
    {"line", DriverModel::line, "a line of stated capacitance and swing, on a supply of its own"},
    {"user", DriverModel::user, "the numbers of 'user'"}};
constexpr Choice<ArrayModel> array_models[] = {
    {"isaac", ArrayModel::isaac, "ISAAC Table I: 0.3 mW per 128 x 128 array at 100 ns"},
    {"conductance", ArrayModel::conductance, "V² G t of the cells' states plus the bit lines"},
    {"bit_line", ArrayModel::bit_line, "SRAM: 0.35 fF per cell and the supply squared"},
    {"capacitor", ArrayModel::capacitor, "charge domain: the capacitor of each cell and its share of the line"},
    {"user", ArrayModel::user, "the numbers of 'user', per cell"}};
constexpr Choice<ShiftAddModel> shift_add_models[] = {
    {"isaac", ShiftAddModel::isaac, "ISAAC Table I: 0.2 mW for 10.24 G additions per second"},
    {"gates", ShiftAddModel::gates, "a registered adder of unit gates"},
    {"data_path", ShiftAddModel::data_path, "as many unit gates as fill user.area_um2, switched once per result"},
    {"user", ShiftAddModel::user, "the numbers of 'user'"}};

} // namespace

void warn_of_node(ComponentCost& cost, double node_m, double lowest_nm)
{
    constexpr double highest_nm = 130.0;
    const double nm = node_m * 1e9;
    if (nm < lowest_nm * (1.0 - 1e-9) || nm > highest_nm * (1.0 + 1e-9))
        cost.warnings.push_back(
            fmt::format("{} model: {:g} nm is outside the {:g} to {:g} nm for which its scaling is stated", cost.model,
                        nm, lowest_nm, highest_nm));
}

void warn_of_point(ComponentCost& cost, ProcessPoint stated, ProcessPoint at)
{
    const auto warn = [&](double value, double point, const char* unit) {
        if (value < 0.5 * point * (1.0 - 1e-9) || value > 2.0 * point * (1.0 + 1e-9))
            cost.warnings.push_back(
                fmt::format("{} model: {:g} {} is beyond half or twice the {:g} {} at which it was stated", cost.model,
                            value, unit, point, unit));
    };
    warn(at.node_m * 1e9, stated.node_m * 1e9, "nm");
    warn(at.supply_v, stated.supply_v, "V");
}

void UserCost::fields(config::Visitor& v)
{
    v.real("supply_v", supply_v, {0.0, 5.0}, unit::volts,
           "supply at which the numbers hold, of at least 0.2; 0: at any");
    if (v.reading() && supply_v > 0.0 && supply_v < 0.2)
        v.place().fail("supply_v", fmt::format("must be 0, or 0.2 … 5 V, got {:g}", supply_v));
    v.real("energy_pj", energy_j, {0.0, 1e9}, unit::picojoules, "energy of one event");
    v.real("latency_ns", latency_s, {0.0, 1e9}, unit::nanoseconds, "time of one event");
    v.real("area_um2", area_m2, {0.0, 1e9}, unit::square_micrometres, "area of one instance");
    v.real("leakage_uw", leakage_w, {0.0, 1e9}, unit::microwatts, "leakage of one instance");
    v.boolean("by_data", by_data, "drivers and cells: events only where the data is not zero");
    v.real("energy_low_pj", energy_low_j, {0.0, 1e9}, unit::picojoules, "lowest of the sources; 0: as energy_pj");
    v.real("energy_high_pj", energy_high_j, {0.0, 1e9}, unit::picojoules, "highest of the sources; 0: as energy_pj");
    v.real("area_low_um2", area_low_m2, {0.0, 1e9}, unit::square_micrometres, "lowest of the sources; 0: as area_um2");
    v.real("area_high_um2", area_high_m2, {0.0, 1e9}, unit::square_micrometres,
           "highest of the sources; 0: as area_um2");
    v.real("node_nm", node_m, {0.0, 500.0}, unit::nanometres, "node at which the numbers hold; 0: at any");
    v.integer("cells", cells, {0, 1 << 28}, unit::none,
              "cells of the line (drivers) or array that the numbers are of; 0: of any");
}

void UserCost::check(const config::Place& place) const
{
    if (energy_low_j > energy_j)
        place.fail("energy_low_pj",
                   fmt::format("must not exceed energy_pj = {:g}, got {:g}", energy_j * 1e12, energy_low_j * 1e12));
    if (energy_high_j > 0.0 && energy_high_j < energy_j)
        place.fail("energy_high_pj",
                   fmt::format("must not be below energy_pj = {:g}, got {:g}", energy_j * 1e12, energy_high_j * 1e12));
    if (area_low_m2 > area_m2)
        place.fail("area_low_um2",
                   fmt::format("must not exceed area_um2 = {:g}, got {:g}", area_m2 * 1e12, area_low_m2 * 1e12));
    if (area_high_m2 > 0.0 && area_high_m2 < area_m2)
        place.fail("area_high_um2",
                   fmt::format("must not be below area_um2 = {:g}, got {:g}", area_m2 * 1e12, area_high_m2 * 1e12));
}

ComponentCost UserCost::at(double supply) const
{
    ComponentCost c;
    c.model = "user";
    c.citation = "given in the configuration";
    const double ratio = supply_v > 0.0 ? supply / supply_v : 1.0;
    const ProcessPoint stated{32e-9, supply_v};
    c.energy_j = energy_j * ratio * ratio;
    c.leakage_w = leakage_w * ratio * ratio;
    c.area_m2 = area_m2;
    c.by_data = by_data;
    if (energy_j > 0.0 && energy_low_j > 0.0)
        c.energy_range.low = energy_low_j / energy_j;
    if (energy_j > 0.0 && energy_high_j > 0.0)
        c.energy_range.high = energy_high_j / energy_j;
    if (area_m2 > 0.0 && area_low_m2 > 0.0)
        c.area_range.low = area_low_m2 / area_m2;
    if (area_m2 > 0.0 && area_high_m2 > 0.0)
        c.area_range.high = area_high_m2 / area_m2;
    c.latency_s =
        supply_v > 0.0 ? latency_s * delay_factor(ScalingClass::digital, stated, {stated.node_m, supply}) : latency_s;
    if (supply_v > 0.0 && (energy_j > 0.0 || latency_s > 0.0))
        warn_of_point(c, stated, {stated.node_m, supply});
    return c;
}

ComponentCost UserCost::at(ProcessPoint process, ScalingClass scaling) const
{
    ComponentCost c = at(process.supply_v);
    c.scaling = scaling;
    if (node_m == 0.0 || node_m == process.node_m)
        return c;
    const ProcessPoint stated{node_m, process.supply_v};
    const double energy = energy_factor(scaling, stated, process);
    c.energy_j *= energy;
    c.leakage_w *= energy;
    c.area_m2 *= area_factor(scaling, stated, process);
    c.latency_s *= delay_factor(scaling, stated, process);
    warn_of_point(c, stated, process);
    return c;
}

void AdcConfig::fields(config::Visitor& v)
{
    v.choice("model", model, adc_models, "where the converter's cost comes from");
    v.integer("bits", bits, {1, 16}, unit::bits, "resolution");
    v.real("rate_gsps", rate_hz, {1e-6, 100.0}, {"GS/s", 1e9}, "conversions per second of one converter");
    v.real("enob", enob, {0.0, 16.0}, unit::bits, "effective bits, for cost and noise; 0: as many as bits");
    v.section("user", user, "costs for model 'user'; latency 0 follows the rate");
    v.real("energy_factor", energy_factor, {0.01, 100.0}, unit::none, "a measured converter's energy over its law's");
    v.boolean("bits_left", bits_left,
              "user_per_bit: later input slices take only as many steps as the bits before them leave (NeuRRAM); time "
              "and energy, values keep all bits");
    v.real("bias_ua", bias_a, {0.0, 1e6}, microamperes,
           "voltage sensing: current of a column's amplifier while it integrates, settles and converts");
    v.choice("range", range, adc_ranges, "values: how step and limits are chosen");
    v.real("percentile", percentile, {50.0, 100.0}, unit::none,
           "values, range 'percentile': share of the sums seen in calibration that lie within the limits");
    v.boolean("range_per_column", range_per_column, "values, range 'percentile': per column, else per array");
    v.real("offset_lsb", offset_lsb, {-1e3, 1e3}, unit::none, "values: offset of every converter in steps");
    v.real("gain_error", gain_error, {-0.5, 0.5}, unit::none, "values: relative error of every converter's gain");
    v.real("inl_lsb", inl_lsb, {-1e3, 1e3}, unit::none, "values: bow of the transfer curve at mid-scale, in steps");
    v.real("dnl_lsb", dnl_lsb, {0.0, 1.0}, unit::none, "values: deviation of the widths of steps, in mean steps");
}

void AdcConfig::check(const config::Place& place) const
{
    if (enob > bits)
        place.fail("enob", "must not exceed bits = " + std::to_string(bits));
}

void DriverConfig::fields(config::Visitor& v)
{
    v.choice("model", model, driver_models, "where the driver's cost comes from");
    v.section("user", user, "costs for model 'user', per row and slice");
    v.section("line", line, "the line of model 'line'");
    v.integer("dacs", dacs, {1, 16}, unit::none, "DACs of a row with a line each, as two for inputs of either sign");
}

void LineConfig::fields(config::Visitor& v)
{
    v.real("cell_ff", cell_f, {1e-3, 1e3}, unit::femtofarads, "capacitance of the line per cell");
    v.real("driver_ff", driver_f, {0.0, 1e6}, unit::femtofarads, "capacitance of the driver itself");
    v.real("swing_v", swing_v, {1e-3, 10.0}, unit::volts, "between the two levels of the line");
    v.real("supply_v", supply_v, {1e-3, 10.0}, unit::volts, "which the charge of a swing is drawn from");
    v.real("start_cycles", start_cycles, {0.0, 100.0}, unit::none,
           "cycles of every line when a read starts, beyond those of its inputs");
}

void LineConfig::check(const config::Place& place) const
{
    if (swing_v > supply_v)
        place.fail("swing_v", fmt::format("must not exceed supply_v = {:g}, got {:g}", supply_v, swing_v));
}

void ArrayConfig::fields(config::Visitor& v)
{
    v.choice("model", model, array_models, "where the array's cost comes from");
    v.section("user", user, "costs for model 'user', per cell read; area per array");
    v.section("user_state", user_state, "model 'user': what each step of a cell's state adds");
    v.real("capacitor_ff", capacitor_f, {1e-3, 1e3}, unit::femtofarads, "model 'capacitor': in each cell");
    v.real("layout_factor", layout_factor, {0.1, 100.0}, unit::none,
           "model 'capacitor': what a cell switches over its capacitor and its share of the line");
}

void ShiftAddConfig::fields(config::Visitor& v)
{
    v.choice("model", model, shift_add_models, "where the cost comes from");
    v.integer("bits", bits, {1, 64}, unit::bits, "width of the sum");
    v.integer("units", units, {0, 65536}, unit::none, "units of the macro; 0: one per converter");
    v.section("user", user, "costs for model 'user'");
}

void DigitalConfig::fields(config::Visitor& v)
{
    v.integer("weight_bits", weight_bits, {1, 16}, unit::bits, "bits of the words added");
    v.integer("column_registers", column_registers, {1, 256}, unit::none, "bit-serial: registers per column of adders");
    v.real("gate_delay_ns", gate_delay_s, {0.0, 1e3}, unit::nanoseconds,
           "bit-serial: one adder; 0: from the unit gates");
    v.section("cell_add", cell_add, "bit-serial: a cell's product and addition; energy 0: from the unit gates");
    v.section("extension_add", extension_add, "bit-serial: an addition where sums grow; energy 0: from the unit gates");
    v.real("cycle_ns", cycle_s, {0.0, 1e6}, unit::nanoseconds, "time of one input bit; 0: from the critical path");
    v.integer("pipeline_stages", pipeline_stages, {1, 64}, unit::none, "cycles from a bit's entry to its sum");
    v.real("activity", activity, {0.0, 4.0}, unit::none,
           "switching of the tree per row with a set input bit, over its share of the adders (glitches: above 1)");
}

} // namespace imc
