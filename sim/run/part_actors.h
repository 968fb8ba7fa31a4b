#pragma once

#include <map>

#include "arch/program/program.h"
#include "sim/mapping/mapping.h"

namespace imc::run
{

/// The actors that drive arrays, by the part of the mapping that each comes from.
std::map<std::size_t, ActorId> actors_of_parts(const mapping::Mapping& mapping, const program::Program& program);

/// Of each column block, the number of its first array among those of the layer (values::LayerMatrix counts alike).
std::vector<std::size_t> first_arrays(const mapping::Tiling& tiling);

} // namespace imc::run
