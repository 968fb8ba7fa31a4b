#pragma once

#include <cstdint>
#include <vector>

#include "sim/mapping/copies.h"

/// How many copies of each layer share its output positions.
namespace imc::mapping
{

/// Arrays of tiles, as they are filled: core after core, macro after macro.
struct ArrayLayout {
    std::int64_t tile = 1; ///< arrays of a tile
    std::int64_t core = 1; ///< arrays of a core
};

struct ReplicationPlan {
    std::vector<Copies> copies; ///< of each layer; groups without a place for layers without arrays
    std::int64_t tiles = 0;
    double interval = 0.0; ///< cycles between results that the slowest layer allows
    double least = 0.0;    ///< the same for whole copies that share positions evenly, whatever their place
    double bound = 0.0;    ///< the same if copies and tiles could be split at will
};

/// Puts the layers' copies on tiles, in order, each on the first arrays that are free.
/// Every layer one copy, or as many as no copy has more than options.positions_per_copy positions; with
/// `balanced` as many as make the slowest layer as fast as `budget` tiles allow.
ReplicationPlan plan_replication(const std::vector<Workload>& layers, const ArrayLayout& layout, std::int64_t budget,
                                 const Options& options);

/// The least interval of any replication in `budget` tiles: min T with
/// Σ arrays · max(1, positions · cycles_each / T) ≤ budget · arrays of a tile, copies being real numbers.
double interval_bound(const std::vector<Workload>& layers, std::int64_t arrays_per_tile, std::int64_t budget);

/// The least interval of whole copies in `budget` tiles, which no replication can beat: every output position needs
/// each weight once, and the n cells that hold a weight share the positions at best evenly. min T with
/// Σ arrays · ⌈positions · cycles_each / T⌉ ≤ budget · arrays of a tile.
double least_interval(const std::vector<Workload>& layers, std::int64_t arrays_per_tile, std::int64_t budget);

} // namespace imc::mapping
