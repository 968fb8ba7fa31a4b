#pragma once

#include <cstdint>
#include <vector>

#include "arch/config/noc.h"
#include "sim/mapping/mapping.h"

/// Where partial sums of tiles that hold different rows of a column block are added up.
namespace imc::mapping
{

/// A part that completes a column block, and the parts with the block's earlier rows, in the rows' order.
struct Reducer {
    std::size_t part = 0;
    std::size_t block = 0;
    std::vector<std::size_t> partners;
};

/// The part holds the last rows of a column block whose first rows are on earlier tiles.
bool completes_for_others(const Mapping& mapping, std::size_t part);

/// All of a layer, in the order of its parts.
std::vector<Reducer> reducers_of(const Mapping& mapping, StageId stage);

/// Before tiles are placed: on the path, unless options.reduction says otherwise or no block is on three tiles or more.
void assume_reduction(Mapping& mapping, const Options& options);

/// Bits × links per output position of a layer's partial sums: each sent to the reducer, or handed on from tile to
/// tile.
struct ReductionWays {
    std::int64_t to_reducer = 0;
    std::int64_t on_path = 0;
};
ReductionWays ways_of(const Mapping& mapping, StageId stage, const std::vector<std::uint32_t>& endpoint,
                      const MeshShape& mesh);

/// Sets each layer's reduce_on_path to what makes the way of its partial sums shorter on this placement; the reducer
/// if they are equal, as it is sooner done. True if a layer changed.
bool choose_reduction(Mapping& mapping, const std::vector<std::uint32_t>& endpoint, const MeshShape& mesh);

} // namespace imc::mapping
