#pragma once

#include "arch/config/chip.h"
#include "arch/program/program.h"

namespace imc::mapping
{

/// A tile's output register is divided among its actors by what they produce: all get the same share of an inference's
/// tokens, so that none holds back the others. None gets less than it has (Actor::output_slots).
void share_output_registers(program::Program& program, const ChipConfig& chip);

} // namespace imc::mapping
