#pragma once

#include "devices/device_config.h"

namespace imc::test
{

/// The same value for every argument.
inline devices::Curve constant(double value, devices::Argument argument = devices::Argument::fraction)
{
    devices::Curve curve;
    curve.argument = argument;
    devices::Piece piece;
    piece.coefficients = {value};
    curve.pieces = {piece};
    return curve;
}

} // namespace imc::test
