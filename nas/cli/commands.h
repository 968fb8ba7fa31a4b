#pragma once

#include "sim/base/cli/command.h"

namespace imc::nas
{

/// The commands of `imcsim nas`.
const cli::Program& program();

} // namespace imc::nas
