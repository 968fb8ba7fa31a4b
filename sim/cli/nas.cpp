#include "sim/base/cli/program.h"
#include "sim/base/errors.h"
#include "sim/cli/commands.h"

namespace imc::cli
{

/// Replaces this process by imcsim-nas, which lies beside the binary if the build has it.
int run_nas(std::span<const std::string> args)
{
    const auto plugin = program_beside("imcsim-nas");
    if (!plugin)
        throw RunError("imcsim nas needs the program imcsim-nas beside imcsim, which this build does not have; "
                       "configure with -DIMC_NAS=ON to build it");
    become(*plugin, args);
}

} // namespace imc::cli
