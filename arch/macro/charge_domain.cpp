// SRAM with a capacitor in every cell: charge is shared along a column and a SAR converter at its foot reads the share
// (Jia et al., JSSC 2020: binary inputs and weights, one bit at a time). With slice_bits above one and merged columns
// it is the C-2C form: a multi-bit DAC drives the row, a ladder weighs the columns of one weight, one conversion gives
// the word. Every capacitor is charged or not by its own product; energy per cell and read is C V².

#include "arch/macro/families.h"
#include "arch/macro/per_column.h"

namespace imc
{

std::unique_ptr<Macro> make_charge_domain(const MacroConfig& config, const MacroCosts& costs)
{
    return std::make_unique<PerColumnMacro>(config, costs);
}

} // namespace imc
