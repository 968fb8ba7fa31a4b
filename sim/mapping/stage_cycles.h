#pragma once

#include "arch/config/tile.h"
#include "sim/mapping/options.h"
#include "sim/mapping/stages.h"
#include "sim/mapping/tiling.h"

namespace imc::mapping
{

/// Cycles that an output position of a stage keeps what a tile has once, if the whole stage is on one tile.
struct StageCycles {
    double fetch = 0.0;  ///< ports of the tile's buffer
    double sums = 0.0;   ///< accumulators
    double vector = 0.0; ///< vector unit

    double most() const;
    StageCycles& operator+=(const StageCycles& other);
    friend StageCycles operator*(StageCycles cycles, double times)
    {
        return {cycles.fetch * times, cycles.sums * times, cycles.vector * times};
    }
};

/// A contraction on arrays, with what is computed on its results.
StageCycles cycles_on_arrays(const Stage& stage, const Tiling& tiling, const TileConfig& tile,
                             const PrecisionOptions& precision, const Options& options);

/// What is joined to a contraction's results (residual additions), read when they are there: cycles of the buffer
/// ports.
double joined_fetch_cycles(const Stage& stage, const TileConfig& tile, const PrecisionOptions& precision);

/// A stage on the vector unit; `products`: of each result value (depthwise contractions), whose weights are read, too.
StageCycles cycles_on_vector_unit(const Stage& stage, std::int64_t products, const TileConfig& tile,
                                  const PrecisionOptions& precision);

} // namespace imc::mapping
