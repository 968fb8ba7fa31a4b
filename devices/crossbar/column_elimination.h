#pragma once

#include <cstddef>
#include <span>

#include "devices/crossbar/block_solver.h"
#include "devices/crossbar/ladder.h"
#include "devices/crossbar/network.h"

namespace imc::devices
{

/// Block elimination of a crossbar from its top row to its bottom row.
///
/// Everything above a cut through the column wires is a current source with an admittance, seen from the M
/// columns: f = J − K·c for column voltages c at the cut. A row adds its own (J += q, K += Y); a wire segment R
/// maps (J, K) to (A⁻¹J, A⁻¹K) with A = 1 + R·K; the sense resistance is one more segment, behind which c = 0 and
/// f = J are the column currents. Nothing is divided by a resistance, so 0 is an exact limit, and A is
/// positive definite with eigenvalues of at least 1.
class ColumnElimination
{
public:
    ColumnElimination(std::size_t columns, std::size_t sources, const Wires& wires);

    /// Adds a row's admittance; to be followed by add_source() for its currents.
    void add_row(const Ladder& row);
    void add_source(std::size_t column, std::size_t source, double amperes);
    /// Passes the wire to the next row; `active` sources have been used so far.
    void pass_wire(std::size_t active);
    /// Passes the sense resistance; then current() holds the column currents.
    void pass_sense(std::size_t active);

    double current(std::size_t column, std::size_t source) const;
    /// K(j, k) at the cut, in siemens.
    double admittance(std::size_t j, std::size_t k) const;

private:
    void pass(double ohm, std::size_t active);

    std::size_t columns_;
    double wire_ohm_, sense_ohm_;
    /// The matrix part holds K·unit. With unit = wire_ohm, A = 1 + matrix and its inverse gives the new matrix
    /// as 1 − A⁻¹ at once, with an error of rounding size relative to 1; that is too coarse only for a sense
    /// resistance thousands of times larger than a segment, where A⁻¹K is computed as such.
    double unit_;
    bool careful_;
    BlockSolver solver_;
    std::size_t offset_; ///< right-hand sides before the sources: a copy of K where careful
};

} // namespace imc::devices
