#pragma once

#include <cstdint>
#include <vector>

#include "sim/mapping/mapping.h"

/// How many copies of each layer share its output positions.
namespace imc::mapping
{

/// One layer as replication sees it.
struct Workload {
    int height = 1;
    int width = 1;
    std::int64_t arrays = 0;  ///< of one copy, whole macros
    double cycles_each = 1.0; ///< per output position of a copy
};

struct ReplicationPlan {
    std::vector<Copies> copies;
    std::int64_t tiles = 0;
    double interval = 0.0; ///< cycles between results that the slowest layer allows
    double bound = 0.0;    ///< the same if copies and tiles could be split at will
};

/// Tiles of `arrays_per_tile` arrays that layers with so many arrays in all take: each its own, or shared.
std::int64_t tiles_for(const std::vector<std::int64_t>& arrays, std::int64_t arrays_per_tile, bool share);

/// The cheapest arrangement with at most `positions` output positions per copy.
Copies copies_for(const Workload& layer, std::int64_t positions, CopyShape shape);

/// Every layer one copy, or as many as no copy has more than options.positions_per_copy positions; with
/// `balanced` further copies go to the slowest layer while `budget` tiles last.
ReplicationPlan plan_replication(const std::vector<Workload>& layers, std::int64_t arrays_per_tile, std::int64_t budget,
                                 const Options& options);

/// The least interval of any replication in `budget` tiles: min T with
/// Σ arrays · max(1, positions · cycles_each / T) ≤ budget · arrays_per_tile, copies being real numbers.
double interval_bound(const std::vector<Workload>& layers, std::int64_t arrays_per_tile, std::int64_t budget);

} // namespace imc::mapping
