#pragma once

#include <string>

namespace imc
{

/// The cost models side by side as Markdown: converters by bits and node, buffers by size, logic, routers, links,
/// DRAM, each with its citation. What `imcsim describe costs` prints.
std::string cost_tables();

} // namespace imc
