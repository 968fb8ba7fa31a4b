#pragma once

#include "arch/config/costs/models.h"

namespace imc
{

/// Arithmetic of a vector unit's lane, one 32-bit operation of `bits` used.
enum class LaneOperation { add, multiply, compare, divide, lookup, copy };
/// Aladdin 40 nm (adder 0.21 pJ, multiplier 12.68 pJ, comparator 0.0295 pJ for 32 bits): adders and comparators go
/// with the bits, multipliers with their square. Division: PUMA's ratio 1.52 / 0.795 to a multiplication. Look-up:
/// ISAAC's sigmoid, 0.26 mW at 1 GHz in 32 nm. Copy: a register bit written per bit.
ComponentCost lane_cost(LaneOperation operation, int bits, ProcessPoint process);

/// Routers and links of the mesh.
enum class RouterModel {
    isaac, ///< 42 mW, 0.15 mm², 20.74 pJ per 256-bit flit, 32 nm
    puma4, ///< four ports, 16.13 + 0.41 mW, 0.047 mm², 32-bit flits at 1 GHz
    puma8, ///< eight ports, 51.48 + 1.04 mW, 0.116 mm²
    noxim, ///< buffer push and pop, crossbar and routing of five ports
};
/// One flit through one router; area, leakage and rating of one router.
ComponentCost router_cost(RouterModel model, int flit_bits, int buffer_flits, ProcessPoint process);
/// One flit over a wire: 0.2 fF/µm at every node, half the lines switching; leakage of repeaters as in Noxim.
ComponentCost link_cost(int flit_bits, double length_m, ProcessPoint process);

/// Chip-to-chip link of ISAAC and PUMA (HyperTransport): 10.4 W and 22.88 mm² at 6.4 GB/s are 203 pJ per bit; the
/// 26 pJ per 128 bits of the accelergy library is a thousand times too low (FACTS 2.5).
ComponentCost hypertransport_bit_cost();

} // namespace imc
