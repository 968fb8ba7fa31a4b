#pragma once

#include <cstdint>
#include <vector>

#include "arch/config/chip.h"
#include "arch/program/program.h"
#include "sim/mapping/options.h"

namespace imc::mapping
{

/// Bits between two tiles per inference.
struct Traffic {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    double bits = 0.0;
};

/// All flows of a program, summed per pair of different tiles, in order of (from, to).
std::vector<Traffic> traffic_of(const program::Program& program);

/// Σ bits / 8 × links between the routers of the two endpoints.
double hop_bytes(const std::vector<Traffic>& traffic, const std::vector<std::uint32_t>& endpoint,
                 const MeshShape& mesh);

/// Links between the routers of two endpoints.
int links_between(std::uint32_t a, std::uint32_t b, const MeshShape& mesh);

/// Which tile type each place of a mesh, by its endpoint, is for; invalid: for those types that are not said to be at
/// certain places. Empty: tiles of any type may be anywhere.
using Sites = std::vector<TileTypeId>;

/// What a chip says of the places of its tiles.
Sites sites_of(const ChipConfig& chip, const MeshShape& mesh);

/// An endpoint for every tile; the last tile, the chip's memory, has the first extra endpoint. There must be a place
/// for every tile.
std::vector<std::uint32_t> place(const program::Program& program, const MeshShape& mesh, const Options& options,
                                 std::uint64_t seed, const Sites& sites = {});

} // namespace imc::mapping
