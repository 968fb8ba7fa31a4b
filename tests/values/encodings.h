#pragma once

#include "arch/config/macro.h"

namespace imc::test
{

/// All ways to put signed weights on cells.
constexpr Encoding encodings[] = {Encoding::biased,
                                  Encoding::biased_flip,
                                  Encoding::offset_column,
                                  Encoding::differential_analog,
                                  Encoding::differential_digital,
                                  Encoding::twos_complement,
                                  Encoding::xnor};

} // namespace imc::test
