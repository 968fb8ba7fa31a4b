#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/run/bounds.h"
#include "sim/run/run.h"

/// What `imcsim map` says about a mapping.
namespace imc::run
{

struct MappedLayer {
    std::string name;
    std::string op;
    std::int64_t arrays = 0; ///< of one copy
    int copies = 1;
    int strips = 1; ///< of columns that the copies share
    std::int64_t tiles = 0;
    std::vector<std::uint32_t> tile_ids;
    std::vector<std::string> tile_types; ///< of these
    std::string partial_sums = "array";  ///< where they are added up: array (there are none), tile, reducer, path
    int required_bits = 0;               ///< of a converter that loses nothing; 0: not on arrays
    std::int64_t bits_fetched = 0;       ///< from tile buffers, per output position of a copy
    std::int64_t bits_sent = 0;          ///< to other tiles, per output position, all consumers
    double positions_each = 0.0;         ///< output positions of the busiest copy, on average over inferences
};

/// What is used of a type of tiles.
struct MappedType {
    std::string name;
    std::int64_t tiles = 0;
    std::int64_t arrays_used = 0;
    double array_utilization = 0.0;
    std::int64_t most_buffer_bytes = 0; ///< reserved on the fullest tile
    std::int64_t buffer_bytes = 0;      ///< that a tile has
};

struct MapReport {
    std::string network;
    std::string chip;
    std::int64_t tiles = 0;
    int columns = 1, rows = 1;
    std::int64_t arrays_used = 0;
    double array_utilization = 0.0;
    std::int64_t tile_budget = 0;
    double interval_bound_cycles = 0.0;   ///< that no replication in the tile budget can beat
    double interval_relaxed_cycles = 0.0; ///< the same if copies could be split at will (LP relaxation)
    double interval_cycles = 0.0;         ///< of the slowest layer as mapped
    Bound tile_bound;                     ///< all that the tiles have once, buses, memory and pins included
    Bound links;                          ///< the link that is busy longest
    bool buffers_full = false;            ///< larger tile buffers would allow other copies
    bool fed_may_help = false;            ///< copies that links cannot feed are not left out
    bool filled_flits_may_help = false;   ///< the network's input has packets of its own for each position
    double streaming_bound_cycles = 0.0;  ///< what all of these allow: simulated, results do not follow faster
    double hop_bytes = 0.0;
    double random_hop_bytes = 0.0;      ///< mean of 100 random placements
    std::int64_t most_buffer_bytes = 0; ///< reserved on the tile whose buffer is fullest
    std::int64_t buffer_bytes = 0;      ///< that it has
    std::vector<MappedType> types;
    std::vector<MappedLayer> layers;
};

MapReport report_of(const Experiment& experiment, const Mapped& mapped);
std::string to_json(const MapReport& report);
std::string to_text(const MapReport& report);

} // namespace imc::run
