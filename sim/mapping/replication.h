#pragma once

#include <cstdint>
#include <vector>

#include "sim/mapping/packing.h"

/// How many copies of each layer share its output positions.
namespace imc::mapping
{

struct ReplicationPlan {
    std::vector<Copies> copies;    ///< of each layer; groups without a place for layers without arrays
    std::vector<TileTypeId> tiles; ///< the type of each
    double interval = 0.0;         ///< cycles between results that the slowest layer allows
    double bound = 0.0;            ///< the least for whole copies whose shares a program can say, whatever their place
    double relaxed = 0.0;          ///< the same if copies and tiles could be split at will
};

/// How much is tried of what spreads copies over all tiles, where filling them in order is not good enough.
enum class Spreading {
    none,
    hasty, ///< to compare
    thorough,
};

/// Puts the layers' copies on tiles, in order, each on the first arrays that are free.
/// A layer uses tiles of its own type only. Every layer one copy, or as many as no copy has more than
/// options.positions_per_copy positions; with `balanced` as many as make the slowest layer as fast as `budget` tiles
/// allow.
ReplicationPlan plan_replication(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget,
                                 const Options& options, double least = 0.0, Spreading spreading = Spreading::thorough);

/// The least interval of any replication in `budget` tiles, copies being real numbers: min T with Σ tiles ≤ budget,
/// where tiles of a type ≥ Σ arrays · max(1, positions · cycles_each / T) / arrays of a tile and, for each of what a
/// tile has once (buffer ports, accumulators, vector unit), ≥ Σ positions · in_all / T; of no type more than there may
/// be. Here and below T is no less than any cycles_each: a layer has no more copies than an inference has positions
/// for.
double relaxed_interval(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget);

/// The same for whole copies, which no replication can beat: every output position needs each weight once, and the n
/// cells that hold a weight share the positions at best evenly: Σ arrays · ⌈positions · cycles_each / T⌉. Tiles of each
/// type are whole, too.
double interval_bound(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget);

/// The same with what a program can say of a share: it is a product of rows and columns. Where no tile holds two copies
/// of a layer each copy has a share of its own, and so many positions are not always a product: 8 x 8 positions among
/// three copies are 24 for one of them, not 21 1/3.
double shares_bound(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget);

/// A lower bound of the number of products of rows and columns, none of more than `most` positions, that a map consists
/// of.
std::int64_t least_products(int height, int width, std::int64_t most);

} // namespace imc::mapping
