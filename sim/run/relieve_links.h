#pragma once

#include <functional>
#include <optional>

#include "sim/run/run.h"

/// Copies of layers that the network on chip keeps up with.
namespace imc::run
{

/// Lays a network out with some concessions and places it, if the layers so laid out are worth a place.
using LayOut = std::function<std::optional<Mapped>(mapping::Concessions&,
                                                   const std::function<bool(const mapping::Mapping&)>& worth)>;

/// Where links are slower than layers (link_bound), looks for what the mapping can give up so that both together are
/// faster: the busiest link says whose copies. A replication that is not `fed` stays within a tenth of the bound of the
/// interval of its layers, or where it was. `mapped` is what `concessions` led to; both change.
void relieve_links(const Experiment& experiment, const LayOut& lay_out, Mapped& mapped,
                   mapping::Concessions& concessions);

/// Copies send and receive more than one would, as windows overlap and several tiles read the same: fewer may be
/// faster. Looks for the interval for which arrays and links need equally long, and keeps what is fastest, of equals
/// what has fewest copies.
void leave_out_idle_copies(const Experiment& experiment, const LayOut& lay_out, Mapped& mapped,
                           mapping::Concessions& concessions);

} // namespace imc::run
