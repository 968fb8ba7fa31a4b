#pragma once

#include <memory>
#include <optional>
#include <string>

#include "arch/config/macro.h"
#include "sim/mapping/mapping.h"
#include "sim/values/imperfections.h"
#include "sim/values/layer_matrix.h"

/// What the value path takes from a chip's description and from a mapping.
namespace imc::values
{

/// The arrays of a macro, but for the operands' widths and signs. Digital macros have ideal converters and cells.
ArraySpec array_spec(const MacroConfig& macro, const Imperfections& imperfections);

/// The macro's cells, wires and temperature; empty if cells are ideal (digital macros; no device named). `place` is
/// the macro's path in the experiment, for messages. Throws ConfigError if device and cell do not fit.
std::optional<Physics> physics_of(const MacroConfig& macro, std::shared_ptr<const devices::DeviceModel> device,
                                  const Imperfections& imperfections, const std::string& place);

/// Where the mapper has put a layer: its arrays, row order and copies.
LayerPlan plan_of(const mapping::LayerMapping& mapping, const imc::Contraction& contraction,
                  const mapping::Options& options, int width);

} // namespace imc::values
