// RRAM read by the settled voltage of a floating line, with a neuron at every pair of columns that integrates one
// sample per pulse and converts by taking charge away bit by bit (NeuRRAM, Wan et al., Nature 2022). A slice of p
// magnitude bits takes 2^p − 1 pulses (input.coding pulse_count); the array's latency is the pause between phases;
// the converter takes one step per output bit (adc.model user_per_bit), with adc.bits_left of those that the input bits
// of earlier slices leave. With input.per_bit, as in NeuRRAM, word lines and cells work once per input bit, whose
// settled voltage is sampled 2^bit times; else with every pulse. Neither depends on the data. A neuron's amplifier is
// biased throughout (adc.bias_ua): its energy is power times time, booked with the samples it integrates and the
// conversion it ends with.

#include "arch/macro/families.h"
#include "arch/macro/per_column.h"

namespace imc
{

std::unique_ptr<Macro> make_voltage_sensing(const MacroConfig& config, const MacroCosts& costs)
{
    return std::make_unique<PerColumnMacro>(config, costs);
}

} // namespace imc
