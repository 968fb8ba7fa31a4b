#pragma once

#include <cstdint>

#include "arch/config/costs/models.h"

namespace imc
{

/// Where a buffer's cost comes from.
enum class MemoryModel {
    isaac_edram, ///< ISAAC's 64 KB eDRAM with a 256-bit port, 32 nm
    puma_edram,  ///< PUMA's eDRAM of 64 or 128 KB
    puma_sram,   ///< PUMA's data memory of 256 … 2048 B
    mnsim_sram,  ///< CACTI-style table of MNSIM 2.0, 45 nm, 2 … 256 KB
    cacti_sram,  ///< CACTI points of ZigZag-IMC, 28 nm, 256 B … 16 KB
    gain_cell,   ///< 1 Mb gain-cell eDRAM, 16 nm
    sram,        ///< cacti_sram up to 2 KB, mnsim_sram from 16 KB on, and from one to the other in between
};

struct MemoryQuery {
    MemoryModel model = MemoryModel::mnsim_sram;
    std::int64_t bytes = 65536;
    int port_bits = 256;
    ProcessPoint process{32e-9, 0.9};
};

/// Cost of a buffer: `read` and `write` are one access of port_bits; area, leakage and rating are in `read`.
struct MemoryCost {
    ComponentCost read;
    ComponentCost write;
};
/// Between the tabulated sizes, logarithms are interpolated; beyond, energy grows with the square root of capacity
/// (wires), area and leakage in proportion. Outside the range of the source a warning is attached. Ranges are those of
/// all sources, of SRAM or of eDRAM, that state the size.
MemoryCost memory_cost(const MemoryQuery& query);

/// One bit of a small register file written or read once (Aladdin, 40 nm: 9 fJ and 5.98 µm² per bit).
ComponentCost register_bit_cost(ProcessPoint process);

/// DRAM: energy per bit and peak bandwidth of one device or stack. Its sources say nothing of area and leakage, nor of
/// nodes: it is a part beside the chip. LPDDR4: 8 pJ/b (accelergy-cacti), 8.75 (hetero_gem5) and 700 pJ per 64 bits
/// (ZigZag's examples).
enum class DramKind { lpddr4, lpddr, ddr3, gddr5, hbm2, hmc };
struct DramCost {
    const char* name;
    double energy_per_bit_j;
    double bandwidth_bits_per_s; ///< 0: not stated by the source
    const char* citation;
    CostRange energy_range = {};
};
DramCost dram_cost(DramKind kind);

} // namespace imc
