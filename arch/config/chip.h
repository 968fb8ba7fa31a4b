#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arch/config/noc.h"
#include "arch/config/tile.h"
#include "sim/base/config/visitor.h"
#include "sim/base/ids.h"
#include "sim/base/time.h"

/// A chip: tiles on a mesh, a global buffer with the chip's pins. The root of `"chip": …` in an experiment.
namespace imc
{

enum class CreditReturn {
    sideband, ///< wires of their own with a stated latency
    packets,  ///< one-flit packets of class control
};

/// What the memory node sends of the network's input as one packet.
enum class InputPackets {
    position, ///< an output position, as everybody else
    flit,     ///< as many of a row as a flit holds
};

struct NocConfig {
    RouterConfig router;
    int flit_bits = 256;
    int tiles_per_router = 1;
    CreditReturn credits = CreditReturn::packets;
    int sideband_latency_cycles = 4;
    InputPackets input_packets = InputPackets::position;
    double flit_router_energy_j = 0.0; ///< one flit through one router
    double flit_link_energy_j = 0.0;   ///< one flit over one link between routers
    StaticCost cost;                   ///< of one router with its links
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// Where network input comes from, results go to and what does not fit in tiles is kept.
struct GlobalBufferConfig {
    std::int64_t bytes = 4 << 20;
    int port_bits = 256;
    double access_s = 2e-9;
    double read_energy_j = 0.0; ///< per access of port_bits
    double write_energy_j = 0.0;
    StaticCost cost;
    void fields(config::Visitor& v);
};

struct IoConfig {
    double bandwidth_bits_per_s = 51.2e9; ///< of the chip's pins, each direction
    double energy_per_bit_j = 0.0;
    StaticCost cost;
    void fields(config::Visitor& v);
};

struct ChipConfig {
    std::string name = "chip";
    std::string description;
    double clock_hz = 1e9;          ///< of tiles and network
    std::vector<std::int64_t> mesh; ///< [columns, rows] of routers; empty: "fit"
    std::vector<TileConfig> tiles;  ///< types; each tile of a chip is of one of them
    NocConfig noc;
    GlobalBufferConfig global_buffer;
    IoConfig io;
    double area_overhead = 1.0; ///< routing and white space: factor on the sum of block areas

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;

    bool fits_mesh() const { return mesh.empty(); }
    Clock clock() const { return Clock::from_hertz(clock_hz); }

    /// The tile type of that name; invalid if there is none.
    TileTypeId type_named(const std::string& type_name) const;
    /// What is wrong with the name of a type that there is not.
    std::string no_type(const std::string& type_name) const;
    /// Tiles that the mesh has places for; without limit if it is fitted.
    std::int64_t room() const;
    /// Tiles of a type that there may be: as many as it lists, or what is left of the mesh by the others.
    std::int64_t capacity(TileTypeId type) const;
    /// Tiles of each type that the chip consists of if a network uses so many: just these on a fitted mesh.
    std::vector<std::int64_t> tiles_built(const std::vector<std::int64_t>& used) const;
    /// Routers of a chip of so many tiles.
    std::int64_t routers(std::int64_t tiles) const;
};

} // namespace imc
