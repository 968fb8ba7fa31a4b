#include "devices/crossbar/cell_law.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace imc::devices
{

CellPoint CellLaw::behind(double ohm, double g, double v) const
{
    if (ohm == 0.0 || g == 0.0 || v == 0.0) {
        const CellPoint p = at(g, v);
        return {p.current_a, p.slope_s / (1.0 + ohm * p.slope_s)};
    }
    // u + ohm·I(u) = v has one root between 0 and v: Newton, kept inside the bracket by bisection.
    double low = std::min(0.0, v), high = std::max(0.0, v);
    double u = v / (1.0 + ohm * g);
    CellPoint p = at(g, u);
    for (int iteration = 0; iteration < 200; ++iteration) {
        const double excess = u + ohm * p.current_a - v;
        (excess > 0.0 ? high : low) = u;
        double next = u - excess / (1.0 + ohm * p.slope_s);
        if (!(next > low && next < high))
            next = 0.5 * (low + high);
        const bool done = std::abs(next - u) <= 1e-16 * std::abs(v) || next == low || next == high;
        u = next;
        p = at(g, u);
        if (done)
            break;
    }
    return {p.current_a, p.slope_s / (1.0 + ohm * p.slope_s)};
}

SinhCell::SinhCell(double a_per_v) : a_(a_per_v)
{
    if (!(a_per_v > 0.0) || !std::isfinite(a_per_v))
        throw std::invalid_argument("SinhCell: a must be positive, got " + std::to_string(a_per_v));
}

CellPoint SinhCell::at(double g, double v) const { return {g * std::sinh(a_ * v) / a_, g * std::cosh(a_ * v)}; }

CubicCell::CubicCell(const double (&square)[4], const double (&cube)[3])
    : square_{square[0], square[1], square[2], square[3]}, cube_{cube[0], cube[1], cube[2]}
{
}

CellPoint CubicCell::at(double g, double v) const
{
    if (g == 0.0)
        return {0.0, 0.0};
    const double x = std::log10(g);
    const double b = ((square_[0] * x + square_[1]) * x + square_[2]) * x + square_[3];
    const double c = (cube_[0] * x + cube_[1]) * x + cube_[2];
    const double w = std::abs(v);
    const double current = ((c * w + b) * w + g) * w;
    return {v < 0.0 ? -current : current, (3.0 * c * w + 2.0 * b) * w + g};
}

} // namespace imc::devices
