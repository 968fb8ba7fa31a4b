#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "sim/base/random.h"
#include "sim/mapping/copies.h"

/// Where copies of layers lie.
namespace imc::mapping
{

/// Arrays of tiles of one type, as they are filled: core after core, macro after macro.
struct ArrayLayout {
    std::int64_t tile = 1;                     ///< arrays of a tile
    std::int64_t core = 1;                     ///< arrays of a core
    std::int64_t most = std::int64_t{1} << 40; ///< tiles that there may be
};
using ArrayLayouts = IdVector<TileTypeId, ArrayLayout>;

/// Copies on tiles of their layer's type. Copies on a tile share its ports and units: a tile takes no more of them than
/// these can serve in time; what is left of it goes to other layers, unless they keep apart.
class Packing
{
public:
    static constexpr std::int64_t unlimited = std::int64_t{1} << 40;

    /// Everything is borrowed. `share`: layers may start on a tile that others left partly free.
    Packing(const std::vector<Workload>& layers, const ArrayLayouts& types, CopyShape shape, bool share);

    /// Every layer the fewest copies that take no more than so many cycles, on at most `most` tiles: layer after layer,
    /// each copy on the first tiles that have room and time. False if they do not fit.
    bool in_order(double cycles, std::int64_t most);
    /// The same, but spread over all the tiles that there may be, so that layers that keep a tile's units busy with few
    /// arrays meet those with many arrays and little work. As many copies stay together as take no more than `part` of
    /// a tile. With `random` the layers' order is not strict: what is similar changes places.
    bool evenly(double cycles, std::int64_t most, double part, RandomStream* random = nullptr);
    /// Copies with at most so many positions each, however slow; 0: one copy of each layer. In order.
    void by_positions(std::int64_t positions);

    std::vector<Copies> copies;
    std::vector<TileTypeId> tile_types;
    std::int64_t tiles() const { return static_cast<std::int64_t>(tile_types.size()); }
    std::int64_t of_type(TileTypeId type) const { return of_type_[type]; }
    /// In so many tiles, of each type no more than there may be.
    bool within(std::int64_t most) const;
    /// Cycles between results that the slowest layer or tile takes.
    double interval() const;

private:
    /// Of one copy of a layer, if it must be done in time.
    struct Demand {
        double turns = 1.0;      ///< positions
        std::int64_t fewest = 1; ///< copies
        StageCycles load;        ///< of a tile
    };

    Demand demand_of(const Workload& layer, double turns, double load) const;
    bool add_in_order(std::size_t layer, const Demand& demand, double cycles, std::int64_t most);
    std::int64_t least_on(const Workload& layer) const;
    void add_copy(std::size_t layer, const Demand& demand, double cycles);
    bool add_evenly(std::size_t layer, const Demand& demand, double cycles, std::int64_t most, double part);
    void open_tiles(const IdVector<TileTypeId, double>& arrays, const IdVector<TileTypeId, StageCycles>& loads,
                    std::int64_t most);
    bool spread(std::size_t layer, const Demand& demand, double cycles, std::int64_t count);
    std::int64_t best_tile(std::size_t layer, std::int64_t arrays, const StageCycles& load, double cycles) const;
    bool fits(std::size_t layer, std::size_t tile, std::int64_t arrays, const StageCycles& load, double cycles) const;
    StageCycles load_of(const Workload& layer, const StageCycles& load, std::int64_t arrays) const;
    bool may_be_on(std::size_t layer, std::size_t tile) const;
    void take(std::size_t layer, std::size_t tile, std::int64_t arrays, const StageCycles& load);
    void add_tile(TileTypeId type);
    void add_group(const Workload& layer, Copies& copies, std::vector<Segment> place) const;
    void settle(std::size_t layer, const Demand& demand);
    void finish();
    Workload to_divide(std::size_t layer) const;

    const std::vector<Workload>& layers_;
    const ArrayLayouts& types_;
    CopyShape shape_;
    bool share_;
    bool however_slow_ = false;
    std::vector<double> turns_;                  ///< that copies of each layer may take
    IdVector<TileTypeId, std::int64_t> of_type_; ///< tiles
    std::vector<std::int64_t> used_;             ///< arrays of each tile
    std::vector<StageCycles> load_;              ///< cycles that each tile's ports and units may be busy
    std::vector<StageCycles> settled_;           ///< that they are, of layers whose copies all have a place
    std::vector<std::size_t> only_;              ///< layer that has the tile for itself
    std::int64_t tile_ = 0;                      ///< that the next copy is tried on, in order
    IdVector<TileTypeId, std::int64_t> full_;    ///< tiles of the type before this one have no array left
};

} // namespace imc::mapping
