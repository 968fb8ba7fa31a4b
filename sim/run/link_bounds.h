#pragma once

#include "sim/run/bounds.h"

namespace imc::run
{

/// What the busiest link needs, one flit a cycle: between routers, and of every endpoint to and from its router. With
/// Served::in_all the credits that return as packets are on their way, too.
Bound link_bound(const Experiment& experiment, const Mapped& mapped, Served served);

} // namespace imc::run
