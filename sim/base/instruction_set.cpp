#include "sim/base/instruction_set.h"

#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc
{

InstructionSet widest_instruction_set()
{
    const char* wanted = std::getenv("IMCSIM_KERNELS");
    const std::string_view name = wanted ? wanted : "avx512";
    if (name == "baseline")
        return InstructionSet::baseline;
    if (name == "avx2")
        return InstructionSet::avx2;
    if (name == "avx512")
        return InstructionSet::avx512;
    throw ConfigError("IMCSIM_KERNELS", fmt::format("must be one of 'baseline', 'avx2', 'avx512', got \"{}\"", name));
}

} // namespace imc
