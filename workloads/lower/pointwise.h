#pragma once

#include "workloads/lower/context.h"

/// Elementwise, Reduce and Normalise operators.
namespace imc::lower
{

/// The operators whose name alone says everything: Relu, Add, Where, …
Lowered plain_elementwise(const Context& c);
Lowered clip(const Context& c);
Lowered quantize_linear(const Context& c);
Lowered dequantize_linear(const Context& c);

Lowered max_pool(const Context& c);
Lowered average_pool(const Context& c);
Lowered global_max_pool(const Context& c);
Lowered global_average_pool(const Context& c);
Lowered reduce(const Context& c);

Lowered softmax(const Context& c);
Lowered layer_normalization(const Context& c);
Lowered batch_normalization(const Context& c);
Lowered instance_normalization(const Context& c);

} // namespace imc::lower
