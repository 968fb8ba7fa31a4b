#include "devices/crossbar/newton.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace imc::devices
{

namespace
{

// Cell voltages v and the cell currents x that the wires carry at these voltages. Both are kept as affine
// combinations of solutions of the wires' equations, so that the network's content (the potential whose
// stationary point is the solution; Millar, Phil. Mag. 42, 1951) changes along a step at the rate
// Σ (i(v) − x)·dv, i the cells' law. It is convex for increasing laws: a step is shortened until that rate has
// fallen to half in size, which makes the iteration converge from any start.
struct State {
    Matrix<double> v, x;
};

double content_slope(const Cells& cells, const State& at, const State& step, double t)
{
    double slope = 0.0;
    for (std::size_t i = 0; i < at.v.rows(); ++i)
        for (std::size_t j = 0; j < at.v.cols(); ++j) {
            const double v = at.v(i, j) + t * step.v(i, j), x = at.x(i, j) + t * step.x(i, j);
            slope += (cells.at(i, j, v).current_a - x) * step.v(i, j);
        }
    return slope;
}

/// Fraction of the step to take.
double step_length(const Cells& cells, const State& at, const State& step)
{
    const double start = content_slope(cells, at, step, 0.0);
    double low = 0.0, high = 1.0, t = 1.0;
    for (int trial = 0; trial < 60; ++trial) {
        const double slope = content_slope(cells, at, step, t);
        if (std::abs(slope) <= 0.5 * std::abs(start))
            break;
        if (slope < 0.0 && t == 1.0)
            break;
        (slope < 0.0 ? low : high) = t;
        t = 0.5 * (low + high);
    }
    return t;
}

} // namespace

void newton(LinearWires& wires, const Cells& cells, double largest_v, const NewtonOptions& options,
            const std::string& what, std::span<double> current)
{
    const std::size_t rows = cells.conductance_s.rows(), columns = cells.conductance_s.cols();
    Matrix<double> g(rows, columns), i0(rows, columns), next(rows, columns);
    State at{Matrix<double>(rows, columns), Matrix<double>(rows, columns)}, step = at;
    const auto linearise = [&](auto slope_at) {
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j) {
                const CellPoint p = slope_at(i, j);
                g(i, j) = p.slope_s;
                i0(i, j) = p.current_a - p.slope_s * at.v(i, j);
            }
    };
    linearise([&](std::size_t i, std::size_t j) { return CellPoint{0.0, cells.at(i, j, 0.0).slope_s}; });
    wires.solve(g, i0, at.v, current);
    for (std::size_t n = 0; n < g.size(); ++n)
        at.x.flat()[n] = g.flat()[n] * at.v.flat()[n];

    double change = 0.0;
    for (int iteration = 0; iteration < options.max_iterations; ++iteration) {
        linearise([&](std::size_t i, std::size_t j) { return cells.at(i, j, at.v(i, j)); });
        wires.solve(g, i0, next, current);
        change = 0.0;
        bool finite = true;
        for (std::size_t n = 0; n < g.size(); ++n) {
            const double v = next.flat()[n];
            step.v.flat()[n] = v - at.v.flat()[n];
            step.x.flat()[n] = g.flat()[n] * v + i0.flat()[n] - at.x.flat()[n];
            finite = finite && std::isfinite(v);
            change = std::max(change, std::abs(step.v.flat()[n]));
        }
        if (!finite)
            throw RunError(fmt::format("crossbar: {}: a cell's current overflows after {} Newton iterations", what,
                                       iteration + 1));
        if (change <= options.tolerance * largest_v)
            return;
        const double t = step_length(cells, at, step);
        for (std::size_t n = 0; n < g.size(); ++n) {
            at.v.flat()[n] += t * step.v.flat()[n];
            at.x.flat()[n] += t * step.x.flat()[n];
        }
    }
    throw RunError(fmt::format("crossbar: {}: no convergence in {} Newton iterations; a cell voltage still changes by "
                               "{:.3g} V, {:.3g} V is allowed",
                               what, options.max_iterations, change, options.tolerance * largest_v));
}

} // namespace imc::devices
