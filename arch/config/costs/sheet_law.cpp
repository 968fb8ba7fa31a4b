#include "arch/config/costs/sheet_law.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace imc
{

namespace
{

constexpr double programming_supply_v = 1.8;

// The grid on which predictions are made monotone: nodes and sizes that macros have (datasheet_fit.py has the same).
constexpr double nodes[] = {1,  2,  3,  4,  5,  7,  10, 12,  14,  16,  20,  22,
                            28, 32, 40, 45, 55, 65, 90, 130, 180, 250, 350, 500};
constexpr double rows[] = {1,   2,   4,   8,   9,   12,  16,   24,   32,   48,   64,   96,
                           128, 192, 256, 384, 576, 784, 1152, 1536, 2304, 4096, 8192, 16384};
constexpr double bits[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16};

struct Axis {
    double SheetPoint::*of;
    double SheetNeighbour::*near;
    std::span<const double> grid;
};
constexpr std::array<Axis, 4> axes = {{{&SheetPoint::node_nm, &SheetNeighbour::node_nm, nodes},
                                       {&SheetPoint::rows, &SheetNeighbour::rows, rows},
                                       {&SheetPoint::input_bits, &SheetNeighbour::input_bits, bits},
                                       {&SheetPoint::weight_bits, &SheetNeighbour::weight_bits, bits}}};
using Rising = std::array<std::size_t, 3>; ///< axes along which a figure must not fall

double offset(const SheetFit& fit, SheetClass kind) { return fit.offsets[static_cast<std::size_t>(kind)]; }
bool conducts(SheetClass kind) { return kind != SheetClass::digital && kind != SheetClass::charge; }

/// ln fJ per multiply-accumulate.
double energy_law(const SheetFit& fit, const SheetPoint& p)
{
    const auto& s = fit.slopes;
    const double node = std::log(p.node_nm / 28.0);
    const double common = offset(fit, p.kind) + 2.0 * std::log(p.supply_v / 0.8);
    if (p.kind == SheetClass::digital)
        return common + s[10] * node + s[11] * std::max(0.0, node) + s[12] * std::log(p.input_bits) +
               s[13] * std::log((p.weight_bits + 2.0) / 3.0) + s[14] * std::log(p.rows / 64.0);
    const std::size_t first = conducts(p.kind) ? 5 : 0;
    return common + s[first] * node + s[first + 1] * std::log(p.rows / 64.0) + s[first + 2] * std::log(p.input_bits) +
           s[first + 3] * std::log(p.weight_bits) + s[first + 4] * (p.adc_bits - 5.0);
}

/// ln ns per access.
double time_law(const SheetFit& fit, const SheetPoint& p)
{
    const auto& s = fit.slopes;
    const double nominal_v = std::hypot(0.75, 0.0095 * p.node_nm);
    const double common =
        offset(fit, p.kind) + s[0] * std::log(p.node_nm / 28.0) + s[1] * std::log(p.supply_v / nominal_v);
    if (p.kind == SheetClass::digital)
        return common + s[7] * std::log(p.input_bits) + s[8] * std::log(p.rows / 64.0) + s[9] * std::log(p.weight_bits);
    if (p.kind == SheetClass::charge)
        return common + s[2] * std::log(p.input_bits + std::pow(p.rows / 96.0, 1.35)) +
               s[3] * std::log(p.adc_bits / 5.0);
    return common + s[4] * std::log(p.input_bits) + s[5] * std::log(p.rows / 64.0) + s[6] * std::log(p.adc_bits / 5.0);
}

double kernel(double value, double at, double length)
{
    const double distance = std::log(value / at) / length;
    return std::exp(-0.5 * distance * distance);
}

/// Values on three axes of the grid.
class Grid
{
public:
    explicit Grid(const Rising& rising) : rising_(rising)
    {
        for (std::size_t k = 0; k < 3; ++k)
            size_[k] = axes[rising[k]].grid.size();
        values_.assign(size_[0] * size_[1] * size_[2], 0.0);
    }
    std::size_t size(std::size_t axis) const { return size_[axis]; }
    std::span<const double> nodes_of(std::size_t axis) const { return axes[rising_[axis]].grid; }
    double& at(std::size_t i, std::size_t j, std::size_t k) { return values_[(i * size_[1] + j) * size_[2] + k]; }

    /// The mean of the least monotone function above the values and the greatest below, which is monotone.
    void make_monotone()
    {
        Grid above = *this;
        Grid below = *this;
        const std::size_t steps[3] = {size_[1] * size_[2], size_[2], 1};
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const std::size_t step = steps[axis];
            const auto has_before = [&](std::size_t n) { return n / step % size_[axis] > 0; };
            for (std::size_t n = 0; n < values_.size(); ++n)
                if (has_before(n))
                    above.values_[n] = std::max(above.values_[n], above.values_[n - step]);
            for (std::size_t n = values_.size(); n-- > 0;)
                if (has_before(n))
                    below.values_[n - step] = std::min(below.values_[n - step], below.values_[n]);
        }
        for (std::size_t n = 0; n < values_.size(); ++n)
            values_[n] = 0.5 * (above.values_[n] + below.values_[n]);
    }

    /// Between the grid's points linear in logarithms, beyond them constant.
    double read(const SheetPoint& p)
    {
        std::size_t first[3];
        double share[3];
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const std::span<const double> g = nodes_of(axis);
            const double x = std::clamp(p.*axes[rising_[axis]].of, g.front(), g.back());
            const auto above = std::ranges::upper_bound(g, x);
            first[axis] = std::min(static_cast<std::size_t>(above - g.begin()), g.size() - 1) - 1;
            share[axis] = std::log(x / g[first[axis]]) / std::log(g[first[axis] + 1] / g[first[axis]]);
        }
        double sum = 0.0;
        for (std::size_t corner = 0; corner < 8; ++corner) {
            double weight = 1.0;
            std::size_t n[3];
            for (std::size_t axis = 0; axis < 3; ++axis) {
                const std::size_t next = corner >> axis & 1U;
                weight *= next != 0 ? share[axis] : 1.0 - share[axis];
                n[axis] = first[axis] + next;
            }
            sum += weight * at(n[0], n[1], n[2]);
        }
        return sum;
    }

private:
    Rising rising_;
    std::size_t size_[3];
    std::vector<double> values_;
};

using Law = double (*)(const SheetFit&, const SheetPoint&);

void add_law(Grid& grid, const Rising& rising, Law law, const SheetFit& fit, SheetPoint p)
{
    for (std::size_t i = 0; i < grid.size(0); ++i)
        for (std::size_t j = 0; j < grid.size(1); ++j)
            for (std::size_t k = 0; k < grid.size(2); ++k) {
                p.*axes[rising[0]].of = grid.nodes_of(0)[i];
                p.*axes[rising[1]].of = grid.nodes_of(1)[j];
                p.*axes[rising[2]].of = grid.nodes_of(2)[k];
                grid.at(i, j, k) += law(fit, p);
            }
}

void add_neighbours(Grid& grid, const Rising& rising, const SheetFit& fit, const SheetPoint& p)
{
    for (const SheetNeighbour& n : fit.neighbours) {
        if (n.kind != p.kind)
            continue;
        double weight = n.weight;
        for (std::size_t a = 0; a < axes.size(); ++a)
            if (std::ranges::find(rising, a) == rising.end())
                weight *= kernel(p.*axes[a].of, n.*axes[a].near, fit.lengths[a]);
        std::vector<double> along[3];
        for (std::size_t axis = 0; axis < 3; ++axis)
            for (const double value : grid.nodes_of(axis))
                along[axis].push_back(kernel(value, n.*axes[rising[axis]].near, fit.lengths[rising[axis]]));
        for (std::size_t i = 0; i < grid.size(0); ++i)
            for (std::size_t j = 0; j < grid.size(1); ++j)
                for (std::size_t k = 0; k < grid.size(2); ++k)
                    grid.at(i, j, k) += weight * along[0][i] * along[1][j] * along[2][k];
    }
}

SheetFigure figure(const SheetFit& fit, Law law, const Rising& rising, SheetPoint p, double unit)
{
    if (conducts(p.kind))
        p.supply_v = std::min(p.supply_v, programming_supply_v);
    p.adc_bits = std::max(p.adc_bits, 1.0);
    p.weight_bits = std::max(p.weight_bits, 1.0);
    Grid grid(rising);
    add_law(grid, rising, law, fit, p);
    add_neighbours(grid, rising, fit, p);
    grid.make_monotone();
    return {std::exp(grid.read(p)) * p.phases * unit,
            fit.spread[conducts(p.kind) ? 2 : static_cast<std::size_t>(p.kind)]};
}

} // namespace

SheetFigure sheet_mac_energy(const SheetPoint& point)
{
    return figure(energy_fit(), energy_law, {0, 2, 3}, point, 1e-15);
}

SheetFigure sheet_access_time(const SheetPoint& point) { return figure(time_fit(), time_law, {0, 1, 2}, point, 1e-9); }

} // namespace imc
