#include "sim/cli/validate/least_squares.h"

#include <cmath>
#include <stdexcept>

#include "sim/base/errors.h"

namespace imc::cli
{

namespace
{

using Vector = std::vector<double>;

double sum_of_squares(const Vector& r)
{
    double sum = 0.0;
    for (const double x : r)
        sum += x * x;
    return sum;
}

/// Solves a small symmetric positive definite system by Cholesky; false if it is not.
bool solve(std::vector<Vector> a, Vector b, Vector& x)
{
    const std::size_t n = b.size();
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t k = 0; k < j; ++k)
            a[j][j] -= a[j][k] * a[j][k];
        if (!(a[j][j] > 0.0))
            return false;
        a[j][j] = std::sqrt(a[j][j]);
        for (std::size_t i = j + 1; i < n; ++i) {
            for (std::size_t k = 0; k < j; ++k)
                a[i][j] -= a[i][k] * a[j][k];
            a[i][j] /= a[j][j];
        }
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k)
            b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
    x = std::move(b);
    return true;
}

} // namespace

std::vector<double> fit_positive(const Vector& start, const std::function<Vector(const Vector&)>& residuals)
{
    const std::size_t n = start.size();
    Vector logs;
    for (const double s : start) {
        if (!(s > 0.0))
            throw std::invalid_argument("fit_positive: starts must be positive");
        logs.push_back(std::log(s));
    }
    const auto at = [&](const Vector& l) {
        Vector values;
        for (const double x : l)
            values.push_back(std::exp(x));
        return residuals(values);
    };
    Vector r = at(logs);
    double cost = sum_of_squares(r);
    if (!std::isfinite(cost))
        throw RunError("the fit cannot start: a figure is zero or not finite at the starting values");

    double damping = 1e-3;
    for (int iteration = 0; iteration < 200 && damping < 1e12 && cost > 1e-24; ++iteration) {
        std::vector<Vector> jacobian; // [parameter][residual]
        constexpr double step = 1e-2; // wide against the quantum of unit energies
        for (std::size_t j = 0; j < n; ++j) {
            Vector moved = logs;
            moved[j] += step;
            Vector column = at(moved);
            for (std::size_t i = 0; i < column.size(); ++i)
                column[i] = (column[i] - r[i]) / step;
            jacobian.push_back(std::move(column));
        }
        std::vector<Vector> normal(n, Vector(n));
        Vector gradient(n);
        for (std::size_t j = 0; j < n; ++j) {
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t i = 0; i < r.size(); ++i)
                    normal[j][k] += jacobian[j][i] * jacobian[k][i];
            for (std::size_t i = 0; i < r.size(); ++i)
                gradient[j] -= jacobian[j][i] * r[i];
        }
        for (std::size_t j = 0; j < n; ++j)
            normal[j][j] += damping * (normal[j][j] + 1e-12);
        Vector change;
        if (!solve(normal, gradient, change)) {
            damping *= 10.0;
            continue;
        }
        Vector trial = logs;
        for (std::size_t j = 0; j < n; ++j)
            trial[j] += std::fmin(std::fmax(change[j], -3.0), 3.0);
        const Vector trial_r = at(trial);
        const double trial_cost = sum_of_squares(trial_r);
        if (std::isfinite(trial_cost) && trial_cost < cost) {
            logs = trial;
            r = trial_r;
            cost = trial_cost;
            damping = std::fmax(damping / 10.0, 1e-12);
        } else {
            damping *= 10.0;
        }
    }
    Vector values;
    for (const double x : logs)
        values.push_back(std::exp(x));
    return values;
}

} // namespace imc::cli
