#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "arch/config/chip.h"
#include "sim/mapping/copies.h"
#include "sim/mapping/options.h"
#include "sim/mapping/stages.h"
#include "sim/mapping/tiling.h"

/// Which arrays hold which weights, which tile computes which part of which map.
namespace imc::mapping
{

/// Row blocks of one column block that lie on one tile.
struct ArrayRange {
    std::size_t block = 0;     ///< column block
    std::size_t row_begin = 0; ///< row blocks [row_begin, row_end) of it
    std::size_t row_end = 0;
};

/// What one tile does of one stage: for contractions, of one copy or of a group of copies.
struct Part {
    StageId stage;
    TileId tile;
    int copy = 0;   ///< the first of those on this tile
    int copies = 1; ///< on this tile: they share what arrives and take the positions of the share in turn
    program::Region share;
    std::int64_t channel_begin = 0; ///< results that leave this part; empty if it only adds to another's
    std::int64_t channel_end = 0;
    std::int64_t first_array = 0;   ///< on the tile
    std::vector<ArrayRange> arrays; ///< contractions on arrays: of each copy

    std::int64_t channels() const { return channel_end - channel_begin; }
};

struct LayerMapping {
    TileTypeId type = TileTypeId(0); ///< of the tiles whose arrays it is on
    Copies copies;
    Tiling tiling; ///< no blocks if the layer runs on the vector unit
    std::int64_t tiles = 0;
    std::vector<std::size_t> parts; ///< indices into Mapping::parts
    bool reduce_on_path = false;    ///< partial sums are handed on from tile to tile, each adding its own
    bool on_vector_unit() const { return tiling.blocks.empty(); }
};

/// What a network takes of a type of tiles.
struct TypeUse {
    std::int64_t tiles = 0;
    std::int64_t arrays = 0;
    std::int64_t cells_used = 0; ///< that hold weights
};

struct Mapping {
    Pipeline pipeline;
    std::vector<LayerMapping> layers; ///< of each stage, sources and sinks included
    std::vector<Part> parts;
    std::size_t tiles = 0; ///< that compute
    IdVector<TileId, TileTypeId> tile_types;
    IdVector<TileTypeId, TypeUse> types; ///< of all types of the chip
    TileId memory_tile;                  ///< the node of the chip's memory and pins: tile id `tiles`
    int columns = 1;                     ///< of the mesh
    int rows = 1;
    std::int64_t arrays_used = 0;
    std::int64_t cells_used = 0;
    double interval_bound_cycles = 0.0;   ///< least time between results for the tile budget; copies are whole
    double interval_relaxed_cycles = 0.0; ///< the same if copies could be split at will (LP relaxation)
    double interval_cycles = 0.0;         ///< of the slowest layer as mapped, nothing else limiting it
    std::int64_t tile_budget = 0;
    bool buffers_full = false; ///< copies are not as arrays alone would allow: buffers are too small

    TileTypeId type_of(TileId tile) const
    {
        return tile.value() < tile_types.size() ? tile_types[tile] : TileTypeId(0);
    }
};

/// What a mapping gives up because buffers or links are too small for what arrays would allow.
struct Concessions {
    std::set<StageId> strips;    ///< layers whose copies take whole columns as long as there are enough
    std::set<StageId> apart;     ///< layers that share no tile with others
    std::set<StageId> whole;     ///< layers whose copies each lie on one tile if one holds them
    bool in_order = false;       ///< tiles are filled in the order of layers: fewer layers on each
    bool to_compare = false;     ///< with a mapping that there is: copies are not looked for at length
    bool buffers_full = false;   ///< some of it because buffers are too small
    double least_interval = 1.0; ///< copies that would make it shorter are left out
};

/// Maps a network on a chip. Throws ConfigError for operators that cannot run, RunError with what is missing
/// if the network does not fit.
Mapping map_network(const Graph& graph, const ChipConfig& chip, const PrecisionOptions& precision,
                    const Options& options, const Concessions& concessions = {});

} // namespace imc::mapping
