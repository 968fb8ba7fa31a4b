#include <stdexcept>

#include "arch/circuit/analog_circuit.h"
#include "arch/circuit/digital_circuit.h"

namespace imc
{

std::unique_ptr<ValueTimer> make_value_circuit(const char* name, const MacroConfig& config, const MacroCosts& costs,
                                               const Clock& clock)
{
    switch (config.family) {
    case MacroFamily::analog_current:
    case MacroFamily::analog_column_converter:
    case MacroFamily::voltage_sensing:
    case MacroFamily::charge_domain:
    case MacroFamily::pulse_count_flash:
        return std::make_unique<circuit::AnalogCircuit>(name, config, costs, clock);
    case MacroFamily::digital_adder_tree:
    case MacroFamily::digital_bit_serial:
        return std::make_unique<circuit::DigitalCircuit>(name, config, costs, clock);
    }
    throw std::invalid_argument("make_circuit_timer: unknown family");
}

std::unique_ptr<MacroTimer> make_circuit_timer(const char* name, const MacroConfig& config, const MacroCosts& costs,
                                               const Clock& clock)
{
    return make_value_circuit(name, config, costs, clock);
}

} // namespace imc
