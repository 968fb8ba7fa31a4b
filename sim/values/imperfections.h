#pragma once

#include "devices/effect_set.h"

namespace imc::values
{

/// Which of the chip's imperfections take part. Those that the chip does not have never do.
struct Imperfections {
    devices::EffectSet cells;
    bool wires = true;
    bool converters = true; ///< off: no converter has steps, limits, noise or errors
};

} // namespace imc::values
