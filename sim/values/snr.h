#pragma once

#include <functional>

#include "sim/values/contraction.h"
#include "sim/values/error_powers.h"

namespace imc::values
{

/// Makes the arrays of one matrix with these converters and this physics.
using ArrayMaker = std::function<Contraction(const ArraySpec&, const Physics*)>;

/// Runs `inputs` through the matrix once exactly and once with each effect. Converters of range `percentile` are
/// calibrated with `calibration`.
ErrorPowers measure_errors(const ArrayMaker& make, const ArraySpec& spec, const Physics* physics,
                           const Matrix<std::int32_t>& inputs, const Matrix<std::int32_t>& calibration);
ErrorPowers measure_errors(const ArraySpec& spec, const Matrix<std::int32_t>& weights, const Physics* physics,
                           const Matrix<std::int32_t>& inputs, const Matrix<std::int32_t>& calibration);

} // namespace imc::values
