#pragma once

#include "sim/base/random.h"
#include "workloads/graph.h"

namespace imc::test
{

/// A network of convolutions, pools and joins in which any result so far may be read again: branches of different
/// depth, kernels, strides and dilations, identity shortcuts across several joins, one output or more.
Graph random_network(RandomStream& random, bool wide = false);

/// The same with one output, [1, 5]: everything unread flattened, side by side, and fully connected.
Graph random_classifier(RandomStream& random);

} // namespace imc::test
