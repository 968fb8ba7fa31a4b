#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "arch/program/program.h"
#include "sim/mapping/options.h"
#include "sim/mapping/stage_cycles.h"

/// How the copies of a contraction share its output positions.
namespace imc::mapping
{

/// Arrays [first, first + arrays) of a tile.
struct Segment {
    std::int64_t tile = 0;
    std::int64_t first = 0;
    std::int64_t arrays = 0;
};

/// One copy, or copies one after another on the same tile, which share its line buffer and take the positions of
/// their share in turn.
struct CopyGroup {
    int count = 1;
    program::Region share;
    std::vector<Segment> place; ///< of the (first) copy; several if it does not lie on one tile
};

struct Copies {
    std::vector<CopyGroup> groups; ///< in the order of the tiles

    int count() const;
    double positions() const; ///< of the busiest copy, on average over inferences
    int strips() const;       ///< of columns that the groups share

    static Copies one(int height, int width) { return {{{1, program::whole(height, width), {}}}}; }
};

/// One layer as replication sees it.
struct Workload {
    int height = 1;
    int width = 1;
    std::int64_t arrays = 0;         ///< of one copy, whole macros
    double cycles_each = 1.0;        ///< per output position of a copy
    double cycles_shared = 0.0;      ///< of the busiest of the tile's ports and units that the copies on a tile share
    TileTypeId type = TileTypeId(0); ///< of the tiles that it is on
    StageCycles on_tile = {}; ///< of each of what its tiles share; work for other layers' results done there included
    StageCycles in_all = {};  ///< least cycles of each of them on all tiles together
    bool strips = false;      ///< its copies take whole columns as long as there are enough: less line buffer
    bool apart = false;       ///< its tiles hold no other layer
    bool whole = false;       ///< each copy lies on one tile if one holds it

    std::int64_t positions() const { return static_cast<std::int64_t>(height) * width; }
};

/// Divides the map among groups so that none needs more than `turns` times a copy's time per position: strips of
/// columns, the rows of a strip dealt out among its groups. False, and no share is set, if there is no such division.
bool divide(const Workload& layer, Copies& copies, double turns, CopyShape shape);

/// The division with the fewest turns, at most `turns`, for which there is one; false if there is none.
bool divide_evenly(const Workload& layer, Copies& copies, double turns, CopyShape shape);

/// Cycles between results that the slowest group takes: its copies' turns go on from inference to inference.
double interval_of(const Workload& layer, const Copies& copies);

} // namespace imc::mapping
