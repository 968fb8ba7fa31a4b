#include "arch/config/costs/scaling.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace imc
{

namespace
{

struct NodeRow {
    double nm;
    double area;    ///< relative to 32 nm
    double a, b, c; ///< energy = a V² + b V + c
};

// Stillmaker & Baas, Integration 58 (2017), tables as in the scaling.py of accelergy-library.
constexpr std::array<NodeRow, 10> nodes = {{{7, .13, .1776, -.09097, .02447},
                                            {10, .22, .2068, -.09311, .02375},
                                            {14, .38, .2363, -.09675, .02239},
                                            {16, .41, .2958, -.1241, .03024},
                                            {20, .46, .373, -.1582, .04104},
                                            {32, 1.0, .9559, -.7823, .471},
                                            {45, 2.2, 1.103, -.362, .2767},
                                            {65, 3.3, 3.755, -4.398, 1.975},
                                            {90, 6.1, 4.762, -4.781, 2.092},
                                            {130, 14.0, 7.171, -6.709, 2.904}}};

// The polynomials have their minimum below these supplies; beyond the range energy follows V².
constexpr double lowest_supply = 0.6;
constexpr double highest_supply = 1.3;

double polynomial(const NodeRow& row, double supply)
{
    const double v = std::clamp(supply, lowest_supply, highest_supply);
    const double ratio = supply / v;
    return ((row.a * v + row.b) * v + row.c) * ratio * ratio;
}

/// Piecewise linear in the node, so that a value between two nodes lies between theirs.
template <class Value> double between_nodes(double nm, double exponent_outside, Value value)
{
    if (nm <= nodes.front().nm)
        return value(nodes.front()) * std::pow(nm / nodes.front().nm, exponent_outside);
    if (nm >= nodes.back().nm)
        return value(nodes.back()) * std::pow(nm / nodes.back().nm, exponent_outside);
    const auto upper = std::find_if(nodes.begin(), nodes.end(), [nm](const NodeRow& r) { return r.nm >= nm; });
    const auto lower = upper - 1;
    const double share = (nm - lower->nm) / (upper->nm - lower->nm);
    return value(*lower) + share * (value(*upper) - value(*lower));
}

double digital_energy(ProcessPoint p)
{
    return between_nodes(p.node_m * 1e9, 0.5, [&](const NodeRow& r) { return polynomial(r, p.supply_v); });
}

double digital_area(ProcessPoint p)
{
    return between_nodes(p.node_m * 1e9, 1.0, [](const NodeRow& r) { return r.area; });
}

double squared(double x) { return x * x; }

/// Alpha-power law (Sakurai & Newton, JSSC 1990) with threshold 0.3 V and exponent 1.3. Towards the threshold the
/// current falls exponentially instead, a factor of e per 1.5 kT/q = 39 mV of supply (300 K), from the supply on at
/// which both have the same slope.
double relative_delay(double supply)
{
    constexpr double threshold = 0.3, alpha = 1.3, e_fold = 0.039;
    constexpr double weak = threshold + alpha * e_fold; // d ln I / dV = alpha / overdrive there
    const double current = std::pow(std::max(supply, weak) - threshold, alpha);
    return supply / (current * std::exp(std::min(0.0, supply - weak) / e_fold));
}

} // namespace

std::string_view name_of(ScalingClass scaling)
{
    switch (scaling) {
    case ScalingClass::digital:
        return "digital";
    case ScalingClass::sram_cell:
        return "sram_cell";
    case ScalingClass::high_voltage:
        return "high_voltage";
    case ScalingClass::analog_matching:
        return "analog_matching";
    case ScalingClass::analog_noise:
        return "analog_noise";
    case ScalingClass::wire:
        return "wire";
    }
    return "";
}

double energy_factor(ScalingClass scaling, ProcessPoint from, ProcessPoint to)
{
    const double supply = squared(to.supply_v / from.supply_v);
    switch (scaling) {
    case ScalingClass::digital:
    case ScalingClass::sram_cell:
        return digital_energy(to) / digital_energy(from);
    case ScalingClass::high_voltage:
        return 1.0;
    case ScalingClass::analog_matching:
        return supply * to.node_m / from.node_m;
    case ScalingClass::analog_noise:
    case ScalingClass::wire:
        return supply;
    }
    return 1.0;
}

double area_factor(ScalingClass scaling, ProcessPoint from, ProcessPoint to)
{
    switch (scaling) {
    case ScalingClass::digital:
        return digital_area(to) / digital_area(from);
    case ScalingClass::sram_cell:
        return sram_cell_f2(to.node_m) * squared(to.node_m) / (sram_cell_f2(from.node_m) * squared(from.node_m));
    case ScalingClass::analog_matching:
    case ScalingClass::wire:
        return to.node_m / from.node_m;
    case ScalingClass::high_voltage:
    case ScalingClass::analog_noise:
        return 1.0;
    }
    return 1.0;
}

double delay_factor(ScalingClass scaling, ProcessPoint from, ProcessPoint to)
{
    const double supply = relative_delay(to.supply_v) / relative_delay(from.supply_v);
    switch (scaling) {
    case ScalingClass::digital:
    case ScalingClass::sram_cell:
        // C V / I of the high-performance transistors of 130 … 22 nm (NeuroSim Technology.cpp) falls as node^0.69.
        return std::pow(to.node_m / from.node_m, 0.69) * supply;
    case ScalingClass::analog_matching:
        return supply;
    default:
        return 1.0;
    }
}

double sram_cell_f2(double node_m)
{
    // NeuroSim V1.4 Param.cpp; the code's value where the manual differs.
    struct Row {
        double nm, f2;
    };
    constexpr std::array<Row, 8> table = {
        {{1, 11520}, {2, 5040}, {3, 2048}, {5, 840}, {7, 551}, {10, 400}, {14, 326}, {22, 280}}};
    const double nm = node_m * 1e9;
    if (nm >= table.back().nm)
        return table.back().f2;
    if (nm <= table.front().nm)
        return table.front().f2;
    const auto upper = std::find_if(table.begin(), table.end(), [nm](const Row& r) { return r.nm >= nm; });
    const auto lower = upper - 1;
    // The area between two nodes, not its count of F², lies between theirs.
    const double share = (nm - lower->nm) / (upper->nm - lower->nm);
    return std::lerp(lower->f2 * squared(lower->nm), upper->f2 * squared(upper->nm), share) / squared(nm);
}

} // namespace imc
