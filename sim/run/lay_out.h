#pragma once

#include "sim/run/run.h"

namespace imc::run
{

/// Maps the network of `mapped` and builds its program, all but the places of tiles. Dealing out rows and sharing tiles
/// both cost buffer: where a tile has too little, the layers that keep most there give them up (and stay in
/// `concessions`). Throws RunError if that is not enough.
void lay_out(const Experiment& experiment, Mapped& mapped, mapping::Concessions& concessions);

/// The contraction on arrays on whose tiles a layer is computed; invalid if there is none.
mapping::StageId host_of(const mapping::Mapping& mapping, LayerId layer);

} // namespace imc::run
