#pragma once

#include <memory>
#include <vector>

#include "arch/config/chip.h"
#include "arch/macro/macro.h"
#include "sim/mapping/options.h"
#include "sim/mapping/stage_cycles.h"
#include "sim/mapping/tiling.h"

namespace imc::mapping
{

/// What work takes on tiles of each of a chip's types.
class TileTypes
{
public:
    /// Everything is borrowed.
    TileTypes(const ChipConfig& chip, const PrecisionOptions& precision, const Options& options);

    std::size_t size() const { return chip_.tiles.size(); }
    const TileConfig& operator[](TileTypeId type) const { return chip_.tiles[type.value()]; }
    const ChipConfig& chip() const { return chip_; }

    /// Whether a weight of the experiment's width has room in a row of the type's arrays.
    bool holds_weights(TileTypeId type) const;
    /// A contraction's matrix on arrays of the type. Throws RunError if they do not hold a weight.
    Tiling tiling(const Contraction& contraction, TileTypeId type) const;
    /// Cycles from one output position to the next on one copy, if only its macros and its tile's ports limit it.
    double cycles_each(const Stage& stage, const Tiling& tiling, TileTypeId type) const;
    /// Cycles that a stage keeps the ports and units of a tile per output position; a tiling without blocks: on the
    /// vector unit, `products` of each result value.
    StageCycles cycles_shared(const Stage& stage, const Tiling& tiling, std::int64_t products, TileTypeId type) const;
    /// The least of the same for a contraction on arrays, on all tiles together: rows that a copy has in its registers
    /// are not fetched again.
    StageCycles cycles_in_all(const Stage& stage, const Tiling& tiling, TileTypeId type) const;
    /// Dynamic energy in J of an output position of a contraction on arrays: macros with half of their inputs and cells
    /// active, operands from the tile's buffer, results and their sums.
    double energy_each(const Tiling& tiling, TileTypeId type) const;
    /// Of a tile with its macros, in m², the chip's factor for routing left out.
    double tile_area(TileTypeId type) const;
    /// A macro's arrays share its sequencer: they belong to one copy of one layer.
    std::int64_t whole_macros(std::int64_t arrays, TileTypeId type) const;

private:
    MvmOperation operation(const Tiling& tiling, std::int64_t arrays) const;

    const ChipConfig& chip_;
    const PrecisionOptions& precision_;
    const Options& options_;
    std::vector<std::unique_ptr<Macro>> macros_;
};

} // namespace imc::mapping
