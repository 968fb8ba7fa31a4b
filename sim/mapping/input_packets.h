#pragma once

#include "arch/config/chip.h"
#include "arch/program/program.h"

namespace imc::mapping
{

/// Lets what leaves the sources for tiles travel as chip.noc.input_packets says, and gives sources room for the tokens
/// of two packets. Nothing can stop for it: a source needs nothing from others, so what is still missing in a packet
/// comes as long as there is room for it.
void pack_input(program::Program& program, const NocConfig& noc);

} // namespace imc::mapping
