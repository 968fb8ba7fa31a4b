#pragma once

#include <string>

#include "arch/tile/service.h"
#include "sim/base/time.h"
#include "sim/run/run.h"

/// Lower bounds computed from the program: no resource can be done before it has served what it must serve.
namespace imc::run
{

struct Bound {
    Cycle cycles = 0;
    std::string resource; ///< what needs so long

    /// `name()` is asked for if that needs longer.
    template <class Name> void raise(Cycle other, const Name& name)
    {
        if (other > cycles) {
            cycles = other;
            resource = name();
        }
    }
};

/// What must be served.
enum class Served {
    for_output, ///< all that the last output of an inference waits for: bounds its latency
    in_all,     ///< all of an inference: bounds the interval between inferences
};

/// What run.ideal idealises sets no bound.
struct Bounds {
    Bound compute; ///< the slowest group of arrays
    Bound tile;    ///< arrays, buffer ports, buses, accumulators, vector units, memory and pins
    Bound network; ///< links between routers and endpoints (link_bounds.h)

    const Bound& highest() const { return network.cycles > tile.cycles ? network : tile; }
};

Bounds bounds_of(const Experiment& experiment, const Mapped& mapped, tile::ServiceTable& services, Served served);

} // namespace imc::run
