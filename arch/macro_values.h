#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "arch/macro_timer.h"
#include "devices/matrix.h"
#include "devices/programmed_array.h"

namespace imc
{

/// What one array of a macro holds.
struct ArrayContents {
    Matrix<std::int32_t> weights; ///< rows × weights, two's complement of weight_bits
    int weight_bits = 8;
    /// As programmed, in siemens, in place of ideal cells: rows × cell columns. The slices of a weight lie side by side,
    /// least significant first, each pair's positive column before its negative one; a unit or reference column comes
    /// last. Empty: ideal.
    Matrix<double> conductance_s;
    double on_s = 0.0;                          ///< of the top level; with conductance_s only
    double off_s = 0.0;                         ///< of level 0
    std::vector<devices::ColumnError> columns; ///< of the cell columns; empty: none
};

/// A macro in time whose modules carry the values of its operations from component to component: digits of the inputs
/// on the word lines, currents of the columns, samples, codes, sums. The results are those of sim/values, bit for bit,
/// without sharing its code.
class ValueTimer : public MacroTimer
{
public:
    /// Of each array and weight: Σ input × weight as the hardware finds it.
    using Results = std::function<void(const Matrix<double>&)>;

    /// What the arrays hold from here on, all of one shape. Throws std::invalid_argument for weights that do not fit the
    /// macro, and for what no module carries: merged columns, calibrated ranges, nonlinear or noisy converters.
    virtual void load(const std::vector<ArrayContents>& arrays) = 0;
    using MacroTimer::request;
    /// An operation of all loaded arrays with these inputs, arrays × rows. `results` is called just before the moment
    /// `result`. Throws std::invalid_argument if operation, contents and inputs do not fit each other.
    virtual void request(const MvmOperation& operation, Cycle now, const Matrix<std::int32_t>& inputs, Notify notify,
                         Results results) = 0;
};

/// As make_circuit_timer().
std::unique_ptr<ValueTimer> make_value_circuit(const char* name, const MacroConfig& config, const MacroCosts& costs,
                                               const Clock& clock);

} // namespace imc
