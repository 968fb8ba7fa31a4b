#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "arch/config/costs/models.h"
#include "sim/base/config/visitor.h"

namespace imc
{

/// The macro families; one file each in arch/macro, created by make_macro from an explicit table.
enum class MacroFamily {
    analog_current,
    analog_column_converter,
    voltage_sensing,
    charge_domain,
    pulse_count_flash,
    digital_adder_tree,
    digital_bit_serial,
};
/// Arrays of analog cells read by converters, in contrast to gates.
bool is_analog(MacroFamily family);
/// Analog, with a converter at every result column and no sample-and-hold.
bool converts_per_column(MacroFamily family);

/// How signed weights are laid out on cells that hold only non-negative states.
enum class Encoding {
    biased,               ///< w + 2^(bits-1); the offset is subtracted digitally
    biased_flip,          ///< biased, and columns whose sum could use the top bit are stored inverted (ISAAC)
    offset_column,        ///< biased; one reference column per array measures the offset
    differential_analog,  ///< a pair of columns, subtracted before the converter: one conversion
    differential_digital, ///< a pair of columns, both converted, subtracted digitally
    twos_complement,      ///< one bit per cell, the top bit's column counts negative
    xnor,                 ///< one bit per cell, states are +1 and -1
};

/// Where the offset of a biased encoding comes from.
enum class OffsetSource {
    popcount,    ///< a digital count of the input bits: no column, no conversion, one counter per array
    unit_column, ///< one more physical column of ones per array: one more conversion per array and slice
};

/// How the bits of one input slice reach the word line.
enum class InputCoding {
    amplitude,   ///< a DAC level for the time of one array read
    pulse_width, ///< one pulse of 0 … 2^bits-1 least intervals; a slice lasts 2^bits of them
    pulse_count, ///< 0 … 2^bits-1 pulses of one interval; a slice lasts 2^bits-1 of them and the array's settling
};

/// How negative inputs are applied.
enum class SignedInput {
    twos_complement, ///< bit-serial; the top bit's result is subtracted
    signed_pulse,    ///< magnitude with positive or negative read polarity, in one phase
    two_phases,      ///< positive inputs first, negative inputs in a second phase
};

struct CellConfig {
    CellTechnology technology = CellTechnology::rram;
    std::filesystem::path device; ///< statistics for the value model
    int bits = 2;
    double on_conductance_s = 40e-6;
    double on_off_ratio = 20.0;
    double read_voltage_v = 0.2;
    double width_f = 4.0; ///< cell width (along the word line) in units of the node
    double height_f = 12.0;
    void fields(config::Visitor& v);
};

struct InputConfig {
    int slice_bits = 1; ///< bits applied per array read
    InputCoding coding = InputCoding::amplitude;
    SignedInput signed_input = SignedInput::twos_complement;
    double pulse_supply_v = 0.0; ///< supply at which the interval holds; 0: at any
    double pulse_s = 1e-9;       ///< least interval of pulse-width and pulse-count coding; 0: from unit gates
    bool early_end = false;      ///< pulses: a read lasts as long as its longest pulse, not as the longest there can be
    int extra_edges = 0;         ///< pulse count: word-line edges per row and read beyond two per pulse
    bool per_bit = false; ///< pulse count: lines and cells work once per bit, whose result is sampled 2^bit times
    void fields(config::Visitor& v);
};

struct SampleHoldConfig {
    int banks = 2; ///< 2: a slice is sampled while the one before is converted
    SampleHoldModel model = SampleHoldModel::isaac;
    UserCost user;
    void fields(config::Visitor& v);
};

/// How rows reach the cells.
enum class InputDrive {
    row_voltage, ///< every row carries its input's voltage; unselected rows are held at 0
    gate,        ///< the word line switches the cell's transistor: unselected cells are open
};

/// Parasitic resistances of an array, for values.
struct WireConfig {
    double wire_ohm = 0.0;   ///< between neighbouring cells; 0: from node and pitch
    double source_ohm = 0.0; ///< row driver
    double sense_ohm = 0.0;  ///< column to the virtual ground
    double access_ohm = 0.0; ///< in series with each cell
    InputDrive drive = InputDrive::row_voltage;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

struct WriteConfig {
    double pulse_s = 100e-9;
    double pulse_energy_j = 10e-12; ///< per cell and pulse, high-voltage drivers included
    int pulses = 1;                 ///< program-and-verify iterations assumed where no device model says
    double verify_s = 100e-9;
    int parallel_cells = 128; ///< cells of one row written at a time
    void fields(config::Visitor& v);
};

/// A macro: everything that shares its converters (or adder trees). A value; read through fields().
struct MacroConfig {
    MacroFamily family = MacroFamily::analog_current;
    std::string name = "macro";
    int arrays = 8;
    int rows = 128;
    int columns = 128;
    int active_rows = 0; ///< most rows driven at a time; 0: all
    double node_m = 32e-9;
    double supply_v = 0.9;
    double temperature_k = 300.0;
    double read_latency_s = 0.0; ///< drive, settle and sample of one slice; 0: from the size (circuit costs)
    CellConfig cell;
    std::optional<WireConfig> wires; ///< absent: ideal wires
    Encoding encoding = Encoding::biased_flip;
    OffsetSource offset = OffsetSource::popcount;
    InputConfig input;
    DriverConfig driver;
    ArrayConfig array;
    SampleHoldConfig sample_hold;
    int merged_columns = 1; ///< columns joined in analog (binary-weighted) before a converter
    int adcs = 8;           ///< analog_current only: the other families have one per result column
    AdcConfig adc;
    ShiftAddConfig shift_add;
    DigitalConfig digital; ///< gates of adder trees, accumulators and counters
    WriteConfig write;
    double area_overhead = 1.0; ///< routing and white space: factor on the sum of component areas
    bool fitted = false;        ///< costs were fitted to the measurement they are compared with

    const char* family_name() const;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// Resistance of the wire between two neighbouring cells: the configured one, or that of a minimum wire of the node
/// over the larger of the cell's pitches. Width, aspect ratio and resistivity by node: NeuroSim (neurosim/
/// DNN_NeuroSim_V1.4, Param.cpp), interpolated in the logarithm of the node.
double wire_ohm(const MacroConfig& config);
/// Weights are stored with an offset that has to be subtracted (biased, biased_flip, offset_column).
bool uses_offset(Encoding encoding);
/// The converter integrates one sample per pulse (NeuRRAM's neuron), which is an event of the sample-and-hold.
bool samples_per_pulse(const MacroConfig& config);
/// Columns of cells that one weight takes: slices × columns per slice.
int columns_per_weight(const MacroConfig& config, int weight_bits);
/// Slices of a weight (cells that are shift-added), for the encoding's range of weight_bits two's complement.
int weight_slices(const MacroConfig& config, int weight_bits);
/// Columns of an array that hold no weights (reference column).
int reserved_columns(const MacroConfig& config);
/// Bits by which a sum of that many rows outgrows its terms: ceil(log2 rows).
int sum_growth_bits(int rows);
/// Columns driven and converted with every operation that hold no weights: reference or unit column.
int extra_columns(const MacroConfig& config);
/// Weights along one row of one array.
int weights_per_row(const MacroConfig& config, int weight_bits);
/// Conversions per array and read for so many columns of cells: pairs and merged columns share one.
int result_columns(const MacroConfig& config, int columns);
/// Slices of an input, i.e. array reads per operation before row groups.
int input_slices(const MacroConfig& config, int input_bits, bool signed_input);

/// Bits of a converter that resolves every column sum of `rows` active rows, c-bit cells and d-bit inputs:
/// ceil(log2(r (2^c-1)(2^d-1) (2 if signed_sum) + 1)); with biased_flip the largest sum is halved (rounded
/// down), because no column may sum to more than half of the full scale (DESIGN §3 Value; ISAAC, ISCA 2016).
/// Throws std::invalid_argument if an argument is not positive or the result exceeds 62 bits.
int required_bits(int rows, int cell_bits, int dac_bits, bool signed_sum, Encoding encoding);
/// The same for a macro: active rows, cells, merged columns, input slices and encoding of the configuration.
int required_bits(const MacroConfig& config, int rows, bool signed_input, int weight_bits);

} // namespace imc
