#include "devices/crossbar/column_elimination.h"

namespace imc::devices
{

namespace
{
constexpr double largest_ratio = 1000.0; // of sense to wire resistance, for the short form

bool needs_care(const Wires& wires) { return wires.wire_ohm > 0.0 && wires.sense_ohm > largest_ratio * wires.wire_ohm; }
std::size_t padded(std::size_t columns)
{
    return (columns + DenseKernels::strip - 1) / DenseKernels::strip * DenseKernels::strip;
}
} // namespace

ColumnElimination::ColumnElimination(std::size_t columns, std::size_t sources, const Wires& wires)
    : columns_(columns), wire_ohm_(wires.wire_ohm), sense_ohm_(wires.sense_ohm),
      unit_(wires.wire_ohm > 0.0 && !needs_care(wires) ? wires.wire_ohm : 1.0), careful_(needs_care(wires)),
      solver_(columns, sources + (careful_ ? padded(columns) : 0)), offset_(careful_ ? padded(columns) : 0)
{
}

void ColumnElimination::add_row(const Ladder& row)
{
    row.add_admittance(unit_, [&](std::size_t j, std::size_t k, double y) { solver_.matrix(j, k) += y; });
}

void ColumnElimination::add_source(std::size_t column, std::size_t source, double amperes)
{
    solver_.rhs(column, offset_ + source) += amperes;
}

void ColumnElimination::pass_wire(std::size_t active)
{
    if (wire_ohm_ > 0.0)
        pass(wire_ohm_, active);
}

void ColumnElimination::pass_sense(std::size_t active)
{
    if (sense_ohm_ > 0.0)
        pass(sense_ohm_, active);
}

void ColumnElimination::pass(double ohm, std::size_t active)
{
    const double scale = ohm / unit_;
    for (std::size_t i = 0; i < solver_.padded(); ++i) {
        for (std::size_t j = i; j < columns_; ++j) {
            double& a = solver_.matrix(i, j);
            if (careful_)
                solver_.rhs(i, j) = solver_.rhs(j, i) = a;
            a *= scale;
        }
        solver_.matrix(i, i) += 1.0;
    }
    solver_.sweep(offset_ + active);
    for (std::size_t i = 0; i < columns_; ++i) {
        if (careful_) {
            for (std::size_t j = i; j < columns_; ++j)
                solver_.matrix(i, j) = solver_.rhs(i, j);
        } else {
            solver_.matrix(i, i) += 1.0;
        }
    }
    for (std::size_t i = columns_; i < solver_.padded(); ++i)
        solver_.matrix(i, i) = 0.0;
}

double ColumnElimination::current(std::size_t column, std::size_t source) const
{
    return solver_.rhs(column, offset_ + source);
}

double ColumnElimination::admittance(std::size_t j, std::size_t k) const
{
    return (j <= k ? solver_.matrix(j, k) : solver_.matrix(k, j)) / unit_;
}

} // namespace imc::devices
