#pragma once

#include "arch/config/macro.h"
#include "sim/base/ledger.h"

namespace imc
{

/// The component costs of one macro: the only thing its schedule and its circuit have in common.
struct MacroCosts {
    ComponentCost pulse;       ///< least interval of pulse-width and pulse-count inputs: latency only
    ComponentCost driver;      ///< one word-line driver or DAC; event: one slice driven on one row
    ComponentCost line_start;  ///< driver model line: event: one row's line as a read starts
    ComponentCost array;       ///< one array; event: one cell read; latency: settling of one read
    ComponentCost array_state; ///< conductance model: the part of a cell read that grows with the cell's state
    ComponentCost sample_hold; ///< one sampling capacitor; event: one column sampled
    ComponentCost adc;         ///< one converter; event: one conversion
    ComponentCost adc_step;    ///< adc.bits_left: one of its steps, which a conversion's own energy and time exclude
    ComponentCost shift_add;   ///< one unit; event: one addition
    ComponentCost adder_tree; ///< digital macros: one tree; event: one row with a set bit in one pass; latency: a cycle
    ComponentCost accumulator; ///< digital macros: one tree's accumulator; event: one addition
    ComponentCost popcount;    ///< one counter of input bits per array; event: one row slice counted
    ComponentCost write;       ///< event: one write pulse on one cell; latency: pulse and verify
};

/// Component costs by the models the configuration names. Where the configuration gives read_latency_ns, the
/// array settles in what driver and sample-and-hold leave of it.
MacroCosts resolve_costs(const MacroConfig& config);

/// Every warning of the models in use, e.g. about a converter outside the range its source states.
std::vector<std::string> warnings_of(const MacroCosts& costs);

/// What happens in a macro, priced.
struct MacroEventTypes {
    EventType drive, line_start, cell_read, cell_state, sample, conversion, step, add, tree_row, accumulate, count,
        write_pulse;
};
MacroEventTypes event_types(const MacroCosts& costs);
/// Low and high of an event's unit energy over the nominal one, where sources differ.
CostRange energy_range(const MacroCosts& costs, const EventType& event);

/// Steps of a conversion of a slice before which so many input bits were applied (adc.bits_left).
int converter_steps(const MacroConfig& config, int bits_before);

/// The offset of the encoding is counted digitally: one counter per array, whose energy is booked.
bool counts_inputs(const MacroConfig& config);

} // namespace imc
