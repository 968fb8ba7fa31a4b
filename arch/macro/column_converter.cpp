// Crossbars with a converter at every column that integrates while the rows are driven (HERMES: current-controlled
// oscillators). Inputs are pulses as long as their value, or bits one after another. The counter behind the converter
// is read out before the next integration resets it.

#include "arch/macro/families.h"
#include "arch/macro/per_column.h"

namespace imc
{

std::unique_ptr<Macro> make_column_converter(const MacroConfig& config, const MacroCosts& costs)
{
    return std::make_unique<PerColumnMacro>(config, costs);
}

} // namespace imc
