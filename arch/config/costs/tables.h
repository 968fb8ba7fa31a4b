#pragma once

#include <string>

namespace imc
{

/// The cost models of everything but converters side by side as Markdown: buffers by size, logic, routers, links,
/// DRAM, each with its citation. What `imcsim describe costs` prints after the converters (adc_table).
std::string cost_tables();

} // namespace imc
