#pragma once

#include "workloads/lower/context.h"

namespace imc::lower
{

Lowered conv(const Context& c);
Lowered gemm(const Context& c);
Lowered matmul(const Context& c);
Lowered qlinear_conv(const Context& c);
Lowered qlinear_matmul(const Context& c);
Lowered conv_integer(const Context& c);
Lowered matmul_integer(const Context& c);

} // namespace imc::lower
