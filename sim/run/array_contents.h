#pragma once

#include <span>

#include "arch/macro_values.h"
#include "sim/values/mapped_array.h"

namespace imc::run
{

/// A bulk array as the circuits of arch/circuit load it: its cells as programmed, the ranges its converters are
/// calibrated to, what is particular to its columns. `weights` are those it was made of; `ideal_converters`: they are
/// switched off. The array must have kept its cells.
ArrayContents array_contents(const values::MappedArray& array, Matrix<std::int32_t> weights, bool ideal_converters);

/// MappedArray::noise() in the circuits' order of columns.
Matrix<float> conversion_noise(const values::MappedArray& array, std::span<const std::int32_t> input,
                               std::uint64_t vector);

} // namespace imc::run
