#include "arch/config/costs/logic.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "arch/config/costs/memory.h"

namespace imc
{

namespace
{

constexpr ProcessPoint aladdin{40e-9, 0.9};
constexpr ProcessPoint nm32{32e-9, 0.9};
constexpr const char* aladdin_citation = "Aladdin 40 nm at 1 GHz, accelergy-library aladdin/*.csv";

ComponentCost scaled(const char* model, const char* citation, ProcessPoint from, ProcessPoint to, double energy_j,
                     double area_m2, double leakage_w)
{
    ComponentCost c;
    c.model = model;
    c.citation = citation;
    c.scaling = ScalingClass::digital;
    c.energy_j = energy_j * energy_factor(c.scaling, from, to);
    c.area_m2 = area_m2 * area_factor(c.scaling, from, to);
    c.leakage_w = leakage_w * area_factor(c.scaling, from, to);
    c.latency_s = 1e-9 * delay_factor(c.scaling, from, to);
    c.rating_w = c.energy_j / c.latency_s + c.leakage_w;
    warn_of_node(c, to.node_m);
    return c;
}

} // namespace

ComponentCost lane_cost(LaneOperation operation, int bits, ProcessPoint process)
{
    if (bits < 1 || bits > 64)
        throw std::invalid_argument(fmt::format("lane_cost: bits must be in [1, 64], got {}", bits));
    const double share = bits / 32.0;
    const auto aladdin_cost = [&](double pj, double um2, double leakage) {
        return scaled("aladdin", aladdin_citation, aladdin, process, pj * 1e-12, um2 * 1e-12, leakage);
    };
    switch (operation) {
    case LaneOperation::add:
        return aladdin_cost(.21 * share, 278 * share, 2.4e-6 * share);
    case LaneOperation::multiply:
        return aladdin_cost(12.68 * share * share, 6350 * share * share, 80e-6 * share * share);
    case LaneOperation::compare:
        return aladdin_cost(.02947 * share, 71 * share, 0.6e-6 * share);
    case LaneOperation::divide: {
        constexpr double ratio = 1.52 / 0.795;
        return aladdin_cost(12.68 * share * share * ratio, 6350 * share * share * ratio, 80e-6 * share * share * ratio);
    }
    case LaneOperation::lookup:
        return scaled("isaac", "ISAAC sigmoid (puma-simulator act_*)", nm32, process, 0.26e-12 * bits / 16.0, 300e-12,
                      0.0);
    case LaneOperation::copy: {
        ComponentCost c = register_bit_cost(process);
        c.energy_j *= bits;
        c.area_m2 *= bits;
        c.leakage_w *= bits;
        c.rating_w *= bits;
        return c;
    }
    }
    throw std::invalid_argument("lane_cost: unknown operation");
}

ComponentCost router_cost(RouterModel model, int flit_bits, int buffer_flits, ProcessPoint process)
{
    if (flit_bits < 1 || buffer_flits < 1)
        throw std::invalid_argument(
            fmt::format("router_cost: flit bits and buffer must be positive, got {} and {}", flit_bits, buffer_flits));
    const double width = flit_bits;
    ComponentCost c;
    switch (model) {
    case RouterModel::isaac:
        c = scaled("isaac", "ISAAC Table I; accelergy-library isaac_router.csv", nm32, process, 20.74e-12 * width / 256,
                   0.15e-6 * width / 256, 0.0);
        c.rating_w = 42e-3 * width / 256 * energy_factor(c.scaling, nm32, process);
        break;
    case RouterModel::puma4:
        c = scaled("puma4", "puma-simulator include/constants.py", nm32, process, 16.13e-12 * width / 32,
                   0.047e-6 * width / 32, .41e-3 * width / 32);
        break;
    case RouterModel::puma8:
        c = scaled("puma8", "puma-simulator include/constants.py", nm32, process, 51.48e-12 * width / 32,
                   0.116e-6 * width / 32, 1.04e-3 * width / 32);
        break;
    case RouterModel::noxim: {
        // power.yaml at 64 bits: buffer push and pop by depth 4, 8, 16; crossbar and routing; leakage of five buffers.
        const double depth = buffer_flits / 4.0;
        const double buffer = (1.5e-12 + 1.03e-12) * (0.63 + 0.37 * depth);
        const double leakage = 5 * 0.00448 * depth + 0.00149 + 0.00012 + 0.00011;
        c = scaled("noxim", "noxim bin/power.yaml", {45e-9, 1.0}, process,
                   (buffer + 4e-13) * width / 64 + 6e-14 + 5e-14, 0.0, leakage * width / 64);
        break;
    }
    }
    return c;
}

ComponentCost link_cost(int flit_bits, double length_m, ProcessPoint process)
{
    ComponentCost c;
    c.model = "wire";
    c.citation = "0.2 fF/um at every node (NeuroSim Param.cpp); repeaters' leakage Noxim power.yaml";
    c.scaling = ScalingClass::wire;
    c.energy_j = 0.5 * flit_bits * 0.2e-15 * (length_m * 1e6) * process.supply_v * process.supply_v;
    c.leakage_w = flit_bits * (4.65e-7 + 2.9e-8 * (length_m * 1e3));
    c.latency_s = 0.1e-9 * (length_m * 1e3);                 // repeated wire, about 100 ps per mm
    c.area_m2 = flit_bits * length_m * 4.0 * process.node_m; // pitch of an intermediate layer
    c.rating_w = c.energy_j * 1e9 + c.leakage_w;
    return c;
}

ComponentCost hypertransport_bit_cost()
{
    ComponentCost c;
    c.model = "hypertransport";
    c.citation = "ISAAC and PUMA: 10.4 W and 22.88 mm² at 6.4 GB/s";
    c.scaling = ScalingClass::high_voltage;
    c.energy_j = 10.4 / (6.4e9 * 8);
    c.latency_s = 5e-9 / 256; // PUMA: 5 ns per 32-byte packet
    c.area_m2 = 22.88e-6;
    c.rating_w = 10.4;
    return c;
}

} // namespace imc
