#pragma once

#include "workloads/lower/context.h"

/// Move operators, and those whose results are constants.
namespace imc::lower
{

Lowered identity(const Context& c);
Lowered dropout(const Context& c);
Lowered reshape(const Context& c);
Lowered flatten(const Context& c);
Lowered squeeze(const Context& c);
Lowered unsqueeze(const Context& c);
Lowered transpose(const Context& c);
Lowered concat(const Context& c);
Lowered split(const Context& c);
Lowered slice(const Context& c);
Lowered pad(const Context& c);
Lowered resize(const Context& c);
Lowered upsample(const Context& c);
Lowered gather(const Context& c);
Lowered expand(const Context& c);
Lowered cast(const Context& c);

Lowered constant(const Context& c);
Lowered constant_of_shape(const Context& c);
Lowered shape(const Context& c);
Lowered size(const Context& c);
Lowered range(const Context& c);

} // namespace imc::lower
