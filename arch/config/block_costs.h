#pragma once

#include "arch/config/chip.h"

/// Costs of what is around the macros from the component library instead of stated numbers: a block whose cost names a
/// model gets its energies, access time, area, leakage and rating from its own size and the node and supply of the
/// cost. A block's configuration calls its function once it is read.
namespace imc
{

/// Each throws ConfigError if the model is not one for such a block, if node_nm is missing, or if a number is stated
/// that differs from the model's (numbers that agree are those of an earlier resolution).
void apply_cost_model(BufferConfig& block, const config::Place& place);
void apply_cost_model(GlobalBufferConfig& block, const config::Place& place);
void apply_cost_model(RegisterConfig& block, const config::Place& place);
void apply_cost_model(BusConfig& block, const config::Place& place);
void apply_cost_model(AccumulatorConfig& block, const config::Place& place);
void apply_cost_model(VectorUnitConfig& block, const config::Place& place);
void apply_cost_model(NocConfig& block, const config::Place& place);
void apply_cost_model(IoConfig& block, const config::Place& place);

} // namespace imc
