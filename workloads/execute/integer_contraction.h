#pragma once

#include <cstdint>
#include <vector>

#include "workloads/execute/kernels.h"

namespace imc::kernel
{

/// QLinearConv, QLinearMatMul, ConvInteger, MatMulInteger: exact sums of (x − zx)·(w − zw), plus bias, then
/// requantised where the contraction has a result scale, else wrapped to int32.
Value integer_contraction(const Arguments& a, const Contraction& c);

/// What follows the sums: bias and requantisation.
Value finished(const Arguments& a, const Contraction& c, std::vector<std::int64_t> sums);

/// The exact sums alone, in the result's order.
std::vector<std::int64_t> integer_sums(const Arguments& a, const Contraction& c);

} // namespace imc::kernel
