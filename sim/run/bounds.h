#pragma once

#include <cstdint>
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
};

/// What must be served.
enum class Served {
    for_output, ///< all that the last output of an inference waits for: bounds its latency
    in_all,     ///< all of an inference: bounds the interval between inferences
};

struct Bounds {
    Bound compute; ///< the slowest group of arrays
    Bound tile;    ///< arrays, buffer ports, buses, accumulators, vector units, memory and pins
    Bound network; ///< links between routers and endpoints, one flit a cycle, all of an inference; the ideal network does not know it
};

Bounds bounds_of(const Experiment& experiment, const Mapped& mapped, tile::ServiceTable& services, Served served);

} // namespace imc::run
