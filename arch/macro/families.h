#pragma once

#include "arch/macro/macro.h"

namespace imc
{

/// One function per family; macro.cpp has the table.
std::unique_ptr<Macro> make_analog_current(const MacroConfig& config, const MacroCosts& costs);
std::unique_ptr<Macro> make_column_converter(const MacroConfig& config, const MacroCosts& costs);
std::unique_ptr<Macro> make_voltage_sensing(const MacroConfig& config, const MacroCosts& costs);
std::unique_ptr<Macro> make_charge_domain(const MacroConfig& config, const MacroCosts& costs);
std::unique_ptr<Macro> make_pulse_count_flash(const MacroConfig& config, const MacroCosts& costs);
std::unique_ptr<Macro> make_digital_bit_serial(const MacroConfig& config, const MacroCosts& costs);
std::unique_ptr<Macro> make_digital_adder_tree(const MacroConfig& config, const MacroCosts& costs);

/// All instances of a component.
ComponentArea area_of(Component component, const ComponentCost& cost, std::int64_t instances);

} // namespace imc
