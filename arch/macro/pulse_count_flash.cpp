// 8T SRAM whose inputs are counted pulses on the read word line and whose merged (binary-weighted) bit lines are read
// by flash converters (Dong, ISSCC 2020; Sinangil, JSSC 2021). Time: 2^bits − 1 counter periods, settling, flash.
// Energy depends on data twice: word-line edges with the inputs, bit-line discharge with input times weight.

#include "arch/macro/families.h"
#include "arch/macro/per_column.h"

namespace imc
{

std::unique_ptr<Macro> make_pulse_count_flash(const MacroConfig& config, const MacroCosts& costs)
{
    return std::make_unique<PerColumnMacro>(config, costs);
}

} // namespace imc
