#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "arch/macro_timer.h"
#include "devices/crossbar/network.h"
#include "devices/matrix.h"
#include "devices/programmed_array.h"

namespace imc
{

/// What is particular to the converters of one array. Converted columns are numbered weight by weight, its slices
/// least significant first (of a pair: the difference, or the positive half before the negative one), a unit column
/// last.
struct ConverterReferences {
    bool ideal = false; ///< switched off: neither steps nor limits nor errors
    /// What a code of each converted column counts, in units of input level × cell level, as calibration has set it.
    /// Empty: what the configuration's range says.
    std::vector<double> step_units;
    /// Where code − 1 of a converted column ends, in codes. Needed if steps are of unequal width (adc.dnl_lsb).
    std::function<float(std::size_t column, std::int32_t code)> threshold;
};

/// What one array of a macro holds.
struct ArrayContents {
    Matrix<std::int32_t> weights; ///< rows × weights, two's complement of weight_bits
    int weight_bits = 8;
    int cell_bits = 0; ///< of a weight that a cell holds; 0: what cells are made for
    int top_level = 0; ///< what on_s stands for; 0: 2^cell_bits − 1
    /// As programmed, in siemens, in place of ideal cells: rows × cell columns. The slices of a weight lie side by
    /// side, least significant first, each pair's positive column before its negative one; a unit or reference column
    /// comes last. Empty: ideal.
    Matrix<double> conductance_s;
    double on_s = 0.0;                         ///< of the top level; with conductance_s only
    double off_s = 0.0;                        ///< of level 0
    std::vector<devices::ColumnError> columns; ///< of the cell columns; empty: none
    ConverterReferences converters;
    std::vector<double> compensation;         ///< digital factor of each converted column; empty: none
    std::optional<devices::Wires> gate_wires; ///< gate drive: the wires between the cells; else they are in the cells
};

/// What all arrays of a macro hold, and how their inputs are coded.
struct MacroContents {
    std::vector<ArrayContents> arrays; ///< of any size that the macro has room for
    int input_bits = 8;
    bool signed_input = false;
};

/// What one operation of all loaded arrays starts from.
struct OperationInputs {
    Matrix<std::int32_t> values; ///< arrays × rows; what lies beyond an array's own rows is not driven
    /// Read noise of each conversion in steps of its converter, of each array: reads × converted columns. Reads are
    /// ordered by group of rows, then phase, then slice. Empty: none.
    std::vector<Matrix<float>> noise;
};

/// A macro in time whose modules carry the values of its operations from component to component: digits of the inputs
/// on the word lines, currents of the columns, samples, codes, sums. The results are those of sim/values, bit for bit,
/// without sharing its code.
class ValueTimer : public MacroTimer
{
public:
    /// Of each array and weight: Σ input × weight as the hardware finds it.
    using Results = std::function<void(const std::vector<std::vector<double>>&)>;

    /// What the arrays hold from here on. Throws std::invalid_argument for contents that do not fit the macro.
    virtual void load(const MacroContents& contents) = 0;
    /// Throws std::invalid_argument unless operations like this one can drive what is loaded: as many arrays, no fewer
    /// rows and columns, as many reads as the inputs have slices.
    virtual void check(const MvmOperation& operation) const = 0;
    using MacroTimer::request;
    /// An operation of all loaded arrays with these inputs. `results` is called just before the moment `result`. Throws
    /// std::invalid_argument if operation, contents and inputs do not fit each other.
    virtual void request(const MvmOperation& operation, Cycle now, OperationInputs inputs, Notify notify,
                         Results results) = 0;
};

/// As make_circuit_timer().
std::unique_ptr<ValueTimer> make_value_circuit(const char* name, const MacroConfig& config, const MacroCosts& costs,
                                               const Clock& clock);

} // namespace imc
