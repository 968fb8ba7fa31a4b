#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arch/config/gating.h"
#include "arch/config/macro.h"
#include "sim/base/config/visitor.h"

/// A tile ⊃ cores ⊃ macros, and what they share. Costs are given per event and per instance; every block
/// names the source of its numbers.
namespace imc
{

/// Where the numbers of a block around the macros come from.
enum class BlockModel {
    stated, ///< the configuration
    sram,   ///< the table that has the size: CACTI up to 4 KiB, MNSIM beyond
    cacti_sram,
    mnsim_sram,
    puma_sram,
    edram, ///< ISAAC's
    isaac_edram,
    puma_edram,
    gain_cell,
    registers,
    gates,
    aladdin,
    wire,
    isaac_router,
    puma4_router,
    puma8_router,
    noxim_router,
    hypertransport,
};
const char* name_of(BlockModel model);

/// What one block costs beyond its events. With a model (arch/config/block_costs.h) the block's energies are the
/// model's as well, for its size, node and supply.
struct StaticCost {
    BlockModel model = BlockModel::stated;
    double node_m = 0.0;
    double supply_v = 0.9;
    double length_m = 1e-3; ///< of wires
    double area_m2 = 0.0;
    double leakage_w = 0.0;
    double rating_w = 0.0; ///< nameplate power at full activity, leakage included; 0: not part of a nameplate
    std::string source = "not stated";
    CostRange energy_range; ///< of the block's energies and leakage, where sources differ
    CostRange area_range;
    std::vector<std::string> warnings; ///< of the model, outside the range its source states
    void fields(config::Visitor& v);
};

struct RegisterConfig {
    std::int64_t bytes = 2048;
    double energy_per_bit_j = 0.0;
    StaticCost cost;
    void fields(config::Visitor& v);
};

struct BusConfig {
    int width_bits = 256;
    double energy_per_bit_j = 0.0;
    StaticCost cost;
    void fields(config::Visitor& v);
};

/// Macros that share an input register and a result bus.
struct CoreConfig {
    int macros = 1;
    MacroConfig macro;
    bool double_buffered_input = true; ///< the next input is fetched while the current one is driven
    RegisterConfig input_register;
    RegisterConfig output_register;
    BusConfig bus;             ///< results of the macros to the core's output
    GatingConfig macro_gating; ///< of all macros that compute an actor's results together
    void fields(config::Visitor& v);
};

enum class BufferKind { sram, edram };

struct BufferConfig {
    BufferKind kind = BufferKind::sram;
    std::int64_t bytes = 65536;
    int port_bits = 256;          ///< moved per access
    int banks = 1;                ///< accesses that may start in one cycle
    double access_s = 1e-9;       ///< from request to data; accesses are pipelined
    double read_energy_j = 0.0;   ///< per access
    double write_energy_j = 0.0;  ///< per access
    double refresh_power_w = 0.0; ///< eDRAM: spent all the time
    StaticCost cost;
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// SIMD lanes for everything that is not a contraction.
struct VectorUnitConfig {
    int lanes = 64;
    double add_energy_j = 0.0; ///< per value
    double multiply_energy_j = 0.0;
    double compare_energy_j = 0.0;
    double lookup_energy_j = 0.0; ///< nonlinear functions by table
    double requantize_energy_j = 0.0;
    double divide_energy_j = 0.0;
    double copy_energy_j = 0.0;
    int add_cycles = 1; ///< per value and lane
    int multiply_cycles = 1;
    int compare_cycles = 1;
    int lookup_cycles = 1;
    int requantize_cycles = 1;
    int divide_cycles = 8;
    int copy_cycles = 1;
    int latency_cycles = 1; ///< pipeline depth
    StaticCost cost;
    void fields(config::Visitor& v);
};

/// Adders that sum partial results of arrays.
struct AccumulatorConfig {
    int lanes = 128;
    double add_energy_j = 0.0; ///< per value
    int bits = 32;             ///< most bits of a partial sum
    StaticCost cost;
    void fields(config::Visitor& v);
};

struct TileConfig {
    std::string name = "tile";
    int count = 0; ///< tiles of this type; 0: as many as the network needs or as the mesh has room for
    std::vector<std::vector<double>> places; ///< [column, row] of the router of each tile; empty: the mapper chooses
    int cores = 12;
    CoreConfig core;
    BufferConfig buffer;
    int output_slots = 4; ///< tokens per actor that may wait in the output buffer
    RegisterConfig output_register;
    BusConfig bus; ///< buffer to the cores
    AccumulatorConfig accumulator;
    VectorUnitConfig vector_unit;
    StaticCost control;
    GatingConfig gating; ///< of what is in the tile but not in its macros and does not hold data between firings
    void fields(config::Visitor& v);

    std::int64_t macros() const { return static_cast<std::int64_t>(cores) * core.macros; }
    std::int64_t arrays() const { return macros() * core.macro.arrays; }
};

} // namespace imc
