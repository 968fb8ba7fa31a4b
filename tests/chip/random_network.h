#pragma once

#include "sim/base/random.h"
#include "workloads/graph.h"

namespace imc::test
{

/// A network of convolutions, pools and joins in which any result so far may be read again: branches of different
/// depth, kernels, strides and dilations, identity shortcuts across several joins, one output or more.
Graph random_network(RandomStream& random);

} // namespace imc::test
