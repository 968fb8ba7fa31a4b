#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace imc::devices
{

/// One row wire with its cells' far ends held: driver → source_ohm → node 0 → wire_ohm → node 1 …, and a
/// conductance g_j from node j to a held voltage. All quantities come from positive sums and products (seen
/// from both ends as continued fractions), so they are accurate to rounding and exact where a resistance is 0.
class Ladder
{
public:
    Ladder(std::size_t nodes, double source_ohm, double wire_ohm);

    /// Sets the conductances. Must precede all else.
    void set(std::span<const double> g);

    /// Node voltages per volt of the driver, held ends at 0.
    std::span<const double> drive() const { return drive_; }
    /// What the columns see: cell currents are g·drive·V − Y·c for column voltages c. Adds scale·Y(j, k), k ≥ j,
    /// to matrix(j, k).
    template <class Add> void add_admittance(double scale, Add add) const
    {
        const std::size_t n = g_.size();
        for (std::size_t j = 0; j < n; ++j) {
            add(j, j, scale * self_[j]);
            double reach = -scale * g_[j] * own_[j];
            if (reach == 0.0)
                continue;
            for (std::size_t k = j + 1; k < n; ++k) {
                reach *= step_[k];
                add(j, k, reach * g_[k]);
            }
        }
    }
    /// Node voltages for driver voltage `v` and currents `injected` into the nodes; `out` may not alias it.
    void solve(double v, std::span<const double> injected, std::span<double> out) const;

private:
    double source_ohm_, wire_ohm_;
    std::vector<double> g_;
    std::vector<double> left_; ///< resistance of what lies left of node j, itself excluded
    std::vector<double> step_; ///< v_j / v_{j−1} for sources to the left
    std::vector<double> own_;  ///< voltage at j per ampere into j
    std::vector<double> self_; ///< Y(j, j)
    std::vector<double> drive_;
    mutable std::vector<double> source_;
};

} // namespace imc::devices
