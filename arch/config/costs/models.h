#pragma once

#include <string>
#include <vector>

#include "arch/config/costs/scaling.h"
#include "sim/base/config/visitor.h"

/// The choices of cost model for each component of a macro, as they appear in a configuration.
/// The functions that evaluate them are in the file of each component in this folder.
namespace imc
{

/// Where sources differ: low and high of an energy or area, over the nominal one. 1 and 1: one source, or sources
/// agree.
struct CostRange {
    double low = 1.0;
    double high = 1.0;
    bool operator==(const CostRange&) const = default;
};

/// What one component costs. Energy and latency belong to one event, the rest to one instance.
struct ComponentCost {
    std::string model;
    std::string citation;
    ScalingClass scaling = ScalingClass::digital;
    double energy_j = 0.0;
    double latency_s = 0.0;
    double area_m2 = 0.0;
    double leakage_w = 0.0;
    double rating_w = 0.0;  ///< nameplate: power at full activity, leakage included
    CostRange energy_range; ///< of energy_j and leakage_w
    CostRange area_range;   ///< of area_m2
    bool by_data = false;   ///< events happen only where data is not zero; else at every step, whatever the data
    std::vector<std::string> warnings;
};

/// A warning where a node lies beyond those for which the scaling laws are stated (7 to 130 nm; gates from 1 nm on).
void warn_of_node(ComponentCost& cost, double node_m, double lowest_nm = 7.0);

/// A warning where node or supply is beyond half or twice the one point at which a law was stated.
void warn_of_point(ComponentCost& cost, ProcessPoint stated, ProcessPoint at);

/// Measured or assumed numbers for `model: user`. With `supply_v` they hold at that supply: energy and leakage follow
/// its square, latency the alpha-power law; without, they hold as they are. Likewise `node_m`, from which the
/// component's scaling class leads to other nodes, and `cells`: of the line (drivers) or array that the numbers are of.
struct UserCost {
    double supply_v = 0.0;
    double energy_j = 0.0;
    double latency_s = 0.0;
    double area_m2 = 0.0;
    double leakage_w = 0.0;
    bool by_data = false;       ///< drivers and cells: events only where the data is not zero
    double energy_low_j = 0.0;  ///< where sources differ; 0: as energy_j
    double energy_high_j = 0.0; ///< where sources differ; 0: as energy_j
    double area_low_m2 = 0.0;   ///< where sources differ; 0: as area_m2
    double area_high_m2 = 0.0;  ///< where sources differ; 0: as area_m2
    double node_m = 0.0;
    int cells = 0; ///< drivers' energy and area, arrays' area
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
    ComponentCost at(double supply) const;
    /// At another node too, if one is stated. Energy, area and delay of the class; the supply's part as above.
    ComponentCost at(ProcessPoint process, ScalingClass scaling) const;
};

enum class CellTechnology { sram, rram, pcm };

/// How the limits and the step of a converter are chosen, for the value model.
enum class AdcRange {
    ideal,      ///< neither quantises nor clips
    full_scale, ///< least step covers the largest sum that active rows, cells and inputs allow; never below one unit
    percentile, ///< step and limits from calibrated sums, per array or per column
};

enum class AdcModel { exploration, isaac, puma, murmann, zigzag, neurosim, flash, ramp, cco, user, user_per_bit };
struct AdcConfig {
    AdcModel model = AdcModel::isaac;
    int bits = 8;
    double rate_hz = 1.28e9;
    double enob = 0.0; ///< effective bits, for cost and for the noise of the value model; 0: bits
    UserCost user;
    double energy_factor = 1.0; ///< a measured converter over its law
    bool bits_left = false;     ///< user_per_bit: a later slice takes only the steps that input bits before it leave
    double bias_a = 0.0; ///< voltage sensing: drawn from the supply while a column integrates, settles and converts
    AdcRange range = AdcRange::full_scale; ///< this and what follows: for values
    double percentile = 99.9;
    bool range_per_column = false;
    double offset_lsb = 0.0;
    double gain_error = 0.0; ///< relative
    double inl_lsb = 0.0;    ///< bow of the transfer curve at mid-scale
    double dnl_lsb = 0.0;    ///< σ of the widths of steps
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
    double effective_bits() const { return enob > 0.0 ? enob : bits; }
};

enum class DriverModel { isaac, circuit, zigzag, line, user };

/// A word line of stated capacitance that swings below its own supply, whatever the supply of the logic.
struct LineConfig {
    double cell_f = 1e-15;     ///< capacitance per cell: access transistor, wire, coupling
    double driver_f = 0.0;     ///< of the driver itself
    double swing_v = 1.0;      ///< between the two levels of the line
    double supply_v = 1.0;     ///< which the charge of a swing is drawn from
    double start_cycles = 0.0; ///< cycles of every line when a read starts, beyond those of its inputs
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};
struct DriverConfig {
    DriverModel model = DriverModel::isaac;
    UserCost user;
    LineConfig line;
    int dacs = 1; ///< of a row, with a line each
    void fields(config::Visitor& v);
};

enum class ArrayModel { isaac, conductance, bit_line, capacitor, user };
struct ArrayConfig {
    ArrayModel model = ArrayModel::isaac;
    UserCost user;
    UserCost user_state;          ///< model user: energy of each step of a cell's state
    double capacitor_f = 1.2e-15; ///< model capacitor: in each cell
    double layout_factor = 1.0;   ///< model capacitor: what a cell switches over its capacitor and share of the line
    void fields(config::Visitor& v);
};

enum class SampleHoldModel { isaac, thermal, user };

enum class ShiftAddModel { isaac, gates, data_path, user };
struct ShiftAddConfig {
    ShiftAddModel model = ShiftAddModel::isaac;
    int bits = 16; ///< width of the sum
    int units = 0; ///< shift-add units per macro; 0: one per converter
    UserCost user;
    void fields(config::Visitor& v);
};

/// Unit gates at 28 nm and 0.9 V (ZigZag-IMC, Sun et al., ICCAD 2023), scaled to the macro's node.
struct DigitalConfig {
    int weight_bits = 4;       ///< bits of the words that are added; wider weights take several trees
    int column_registers = 1;  ///< bit-serial: pipeline registers per column of adders
    double gate_delay_s = 0.0; ///< bit-serial: one adder of the ripple; 0: from the unit gates
    UserCost cell_add;         ///< bit-serial: one cell's product and addition; 0: from the unit gates
    UserCost extension_add;    ///< bit-serial: one addition in the columns into which sums grow
    double cycle_s = 0.0;      ///< one input bit through array and tree; 0: critical path
    int pipeline_stages = 2;   ///< cycles from a bit's entry to its sum in the accumulator
    double activity = 1.0;     ///< switching of the tree per row whose input bit is set, over its adders' share
    void fields(config::Visitor& v);
};

} // namespace imc
