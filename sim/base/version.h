#pragma once

namespace imc
{

/// The version of this build, as in CMakeLists.txt's project().
const char* version();

} // namespace imc
