#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/values/activity.h"
#include "sim/values/layer_matrix.h"

namespace imc::values
{

/// Of every value that an input may have: slices that are not 0, and the sum of the slices' values.
struct SliceCounts {
    std::int64_t low; ///< the first value
    std::vector<std::int32_t> slices, digits;

    explicit SliceCounts(const ArraySpec& spec);
};

/// What an image makes one copy of a layer's arrays do, summed over the output positions that the copy computes.
class LayerActivity
{
public:
    /// `pulsed`: cells conduct as long as the slice's value says; else in every slice that is not 0.
    LayerActivity(const LayerMatrix& matrix, const LayerMatrix::Feed& feed, std::int64_t copy, bool pulsed);

    std::int64_t operations() const { return operations_; }
    /// The mean operation (rounded to nearest) of arrays that work in lockstep, by their numbers in LayerMatrix
    /// (cut by cut, block by block).
    MvmActivity mean(std::span<const std::size_t> arrays) const;

private:
    const LayerMatrix& matrix_;
    bool pulsed_;
    std::int64_t operations_ = 0;
    std::vector<std::vector<std::int64_t>> slices_; ///< per cut and row: slices that are not 0
    std::vector<std::vector<std::int64_t>> digits_; ///< per cut and row: sum of slice values
};

/// Arrays of a layer that lie in one macro, by their numbers in LayerMatrix, and the operation that drives them.
struct TracedMacro {
    std::vector<std::size_t> arrays;
    MvmOperation operation;
};

/// What an image makes macros do at output positions (counted through the batch), in their order: a trace of at most
/// `limit` runs for each.
std::vector<ActivityTrace> trace_layer(const LayerMatrix& matrix, const LayerMatrix::Feed& feed,
                                       const MacroConfig& config, const std::vector<TracedMacro>& macros,
                                       std::span<const std::int64_t> positions, std::size_t limit);

} // namespace imc::values
