#pragma once

#include <cstdint>
#include <vector>

#include "sim/mapping/copies.h"

/// How many copies of each layer share its output positions.
namespace imc::mapping
{

/// Arrays of tiles of one type, as they are filled: core after core, macro after macro.
struct ArrayLayout {
    std::int64_t tile = 1;                        ///< arrays of a tile
    std::int64_t core = 1;                        ///< arrays of a core
    std::int64_t most = std::int64_t{1} << 40;    ///< tiles that there may be
};
using ArrayLayouts = IdVector<TileTypeId, ArrayLayout>;

struct ReplicationPlan {
    std::vector<Copies> copies; ///< of each layer; groups without a place for layers without arrays
    std::vector<TileTypeId> tiles; ///< the type of each
    double interval = 0.0; ///< cycles between results that the slowest layer allows
    double bound = 0.0;    ///< the same for whole copies that share positions evenly, whatever their place
    double relaxed = 0.0;  ///< the same if copies and tiles could be split at will
};

/// Puts the layers' copies on tiles, in order, each on the first arrays that are free.
/// A layer uses tiles of its own type only. Every layer one copy, or as many as no copy has more than options.positions_per_copy positions; with
/// `balanced` as many as make the slowest layer as fast as `budget` tiles allow.
ReplicationPlan plan_replication(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget,
                                 const Options& options);

/// The least interval of any replication in `budget` tiles, copies being real numbers: min T with
/// Σ arrays · max(1, positions · cycles_each / T) ≤ budget · arrays of a tile and, for each of what a tile has once
/// (buffer ports, accumulators, vector unit), Σ positions · in_all ≤ budget · T. With several types of tiles that holds
/// for each type and the most tiles of it that there may be, and Σ of the types' tiles ≤ budget.
double relaxed_interval(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget);

/// The same for whole copies, which no replication can beat: every output position needs each weight once, and the n
/// cells that hold a weight share the positions at best evenly. Instead of the first,
/// Σ arrays · ⌈positions · cycles_each / T⌉ ≤ budget · arrays of a tile.
double interval_bound(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget);

} // namespace imc::mapping
