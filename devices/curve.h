#pragma once

#include <limits>
#include <vector>

#include "sim/base/config/visitor.h"

namespace imc::devices
{

/// What a curve is a function of.
enum class Argument {
    fraction,     ///< conductance / largest conductance of the device
    microsiemens, ///< conductance
    seconds,      ///< time since programming ended
};

enum class Form { polynomial, log, log10, power, saturating, table };

/// One stretch of a curve, clamped to [low, high]:
/// polynomial Σ cᵢ·xⁱ, log Σ cᵢ·(ln x)ⁱ, log10 Σ cᵢ·(log₁₀ x)ⁱ, power c₀·x^c₁, saturating c₀·(1 − e^(−x/c₁)),
/// table: straight lines between points, held beyond its ends.
struct Piece {
    double below = std::numeric_limits<double>::infinity(); ///< belongs to x < below
    Form form = Form::polynomial;
    std::vector<double> coefficients;
    std::vector<double> x, y;
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
    double at(double argument) const;
};

/// A published fit as data: pieces in ascending order, the last of which is unbounded.
struct Curve {
    Argument argument = Argument::fraction;
    double smallest = 1e-7; ///< the argument is raised to this, so that logarithms stay finite
    double largest = std::numeric_limits<double>::infinity(); ///< and lowered to this, where a fit ends
    std::vector<Piece> pieces;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
    double at(double argument) const;
    /// At a conductance, for the argument's unit; `max_s` is the largest conductance. In siemens.
    double at_conductance(double conductance_s, double max_s) const;
};

} // namespace imc::devices
