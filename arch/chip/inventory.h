#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "arch/config/chip.h"
#include "sim/base/ledger.h"

namespace imc
{

/// What a block is switched on and off with.
enum class PowerDomainKind : std::uint8_t {
    macros,    ///< parts of macros; those that work for one actor together
    tile,      ///< logic of a tile outside its macros
    always_on, ///< what holds data between firings, network, memory, pins
};
inline constexpr std::size_t power_domain_kinds = 3;
std::string_view name_of(PowerDomainKind kind);
/// The event of waking an instance, of component `control`.
std::string_view wake_event(PowerDomainKind kind);

/// All instances of one block on a chip.
struct Block {
    Component component = Component::control;
    std::string name;
    std::int64_t instances = 0;
    double area_m2 = 0.0;   ///< of all instances
    double leakage_w = 0.0; ///< of all instances, eDRAM refresh included
    double rating_w = 0.0;  ///< of all instances, at full activity
    std::string source;
    PowerDomainKind domain = PowerDomainKind::always_on;
    TileTypeId tile_type = TileTypeId(); ///< whose tiles it is in; invalid: outside tiles
    CostRange energy_range = {};         ///< of leakage_w, where sources differ
    CostRange area_range = {};
};

/// Everything that a chip with so many tiles of each type and so many routers consists of. Areas include the chip's and
/// the macros' overhead factors.
std::vector<Block> inventory(const ChipConfig& chip, const std::vector<std::int64_t>& tiles, std::int64_t routers);
/// The same with the routers of the chip's mesh, or as many as the tiles need if it is fitted.
std::vector<Block> inventory(const ChipConfig& chip, const std::vector<std::int64_t>& tiles);

double total_area_m2(const std::vector<Block>& blocks);
double total_leakage_w(const std::vector<Block>& blocks);
double total_rating_w(const std::vector<Block>& blocks);

} // namespace imc
