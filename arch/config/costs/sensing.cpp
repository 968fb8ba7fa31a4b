#include "arch/config/costs/sensing.h"

#include <algorithm>
#include <cmath>

#include "arch/config/costs/gates.h"

namespace imc
{

namespace
{

constexpr double charged_farad_per_m = 0.109e-15 / 1e-9;
constexpr double charged_step_farad_per_m = 0.412e-15 / 1e-9;
constexpr double conducting_step_farad_per_m = 0.082e-15 / 1e-9;
constexpr double gate_delays_per_step = 10.6;
constexpr double gate_delays_per_row = 0.384;
constexpr double conducting_share = 0.25;
constexpr double programming_supply_v = 1.8;

double cell_current(SensedCell cell)
{
    switch (cell) {
    case SensedCell::mram:
        return 40e-6;
    case SensedCell::flash:
        return 0.4e-6;
    default:
        return 4e-6;
    }
}

/// Edge of a square with the area of the node's SRAM cell, over that of 280 F².
double pitch(double node_m) { return node_m * std::sqrt(sram_cell_f2(node_m) / 280.0); }

} // namespace

SensingCost sensing_cost(const SensingQuery& q)
{
    SensingCost c;
    const double levels = q.rows * (std::pow(2.0, q.input_bits) - 1.0) + 1.0;
    c.steps = std::max(1.0, std::min(q.adc_bits, std::log2(levels)));
    const double products = q.input_bits * q.weight_bits;
    if (q.cell == SensedCell::charge) {
        const double energy = pitch(q.process.node_m) * q.process.supply_v * q.process.supply_v;
        const double gate = gate_library(q.process).nand2.delay_s;
        c.cells_j = charged_farad_per_m * energy * q.rows;
        c.converter_j = charged_step_farad_per_m * energy * products * c.steps;
        c.drive_s = gate * (gate_delays_per_step * q.input_bits * q.input_bits + gate_delays_per_row * q.rows);
        c.step_s = gate * gate_delays_per_step;
        return c;
    }
    const double supply = std::min(q.process.supply_v, programming_supply_v);
    const double slow = q.cell == SensedCell::mram ? 4.0 : 1.0;
    c.drive_s = slow * (0.063e-9 * q.rows + 0.83e-9 * (q.input_bits - 1));
    c.step_s = slow * 2.2e-9;
    c.cells_j =
        conducting_share * cell_current(q.cell) * supply * q.rows * q.weight_bits * (c.drive_s + c.steps * c.step_s);
    c.converter_j = conducting_step_farad_per_m * q.process.node_m * supply * supply * products * c.steps;
    return c;
}

} // namespace imc
