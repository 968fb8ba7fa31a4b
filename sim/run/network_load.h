#pragma once

#include <string>

#include "sim/run/run.h"

/// What the links of the network on chip take for an inference, from the program and the places of its tiles alone.
namespace imc::run
{

struct NetworkLoad {
    double cycles = 0.0;  ///< of the channel that is busy longest: no inferences can follow each other faster
    std::string channel;  ///< what it is
};

/// Every packet keeps an input channel of a router for its flits and until the head behind it may ask for an output: two
/// cycles with the `baseline` pipeline, one with `lookahead` (arch/noc/README.md, rule 4). The virtual channels of a port
/// share its packets at best evenly, and a link carries one flit a cycle. link_bounds.h counts the flits alone.
NetworkLoad network_load(const Experiment& experiment, const Mapped& mapped);

} // namespace imc::run
