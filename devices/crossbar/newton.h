#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "devices/crossbar/network.h"

namespace imc::devices
{

/// The linear part of a network: sources and wires, with every cell replaced by i = g·v + i₀.
class LinearWires
{
public:
    virtual ~LinearWires() = default;
    /// Cell voltages (rows × columns) and column currents.
    virtual void solve(const Matrix<double>& g, const Matrix<double>& i0, Matrix<double>& voltage,
                       std::span<double> current) = 0;
};

struct Cells {
    const Matrix<double>& conductance_s;
    const CellLaw& law;
    double access_ohm;
    const unsigned char* active; ///< per row; nullptr: all

    CellPoint at(std::size_t i, std::size_t j, double v) const
    {
        if (active && !active[i])
            return {0.0, 0.0};
        return law.behind(access_ohm, conductance_s(i, j), v);
    }
};

/// Damped Newton iterations until no cell voltage changes by more than tolerance·largest_v. `what` names the
/// case in the RunError of an iteration that does not converge.
void newton(LinearWires& wires, const Cells& cells, double largest_v, const NewtonOptions& options,
            const std::string& what, std::span<double> current);

} // namespace imc::devices
