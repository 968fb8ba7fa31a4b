#include "sim/base/version.h"

namespace imc
{

const char* version() { return IMC_VERSION; }

} // namespace imc
