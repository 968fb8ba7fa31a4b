#pragma once

#include <utility>
#include <vector>

#include "sim/run/bounds.h"

namespace imc::run
{

inline constexpr const char* memory_node = "the memory node"; ///< as it is called beside tiles

/// What the busiest link needs: between routers, and of every endpoint to and from its router. A link carries one flit
/// a cycle, and every packet keeps a channel of the router it enters for its flits and until the head behind it may ask
/// for an output: two cycles with the `baseline` pipeline, one with `lookahead`. The virtual channels of a port share
/// its packets at best evenly. With Served::in_all the credits that return as packets are on their way, too.
Bound link_bound(const Experiment& experiment, const Mapped& mapped, Served served);

/// The busiest link and whose packets keep it busy, the cycles of each flow on it (all of a tree's flows have those of
/// the tree; credits are left out), the busiest flow first.
struct BusyLink {
    Bound bound;
    std::vector<std::pair<program::FlowId, Cycle>> flows;
};
BusyLink busiest_link(const Experiment& experiment, const Mapped& mapped);

} // namespace imc::run
