#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "arch/config/operation.h"
#include "sim/values/layer_matrix.h"

namespace imc::values
{

/// What an image makes one copy of a layer's arrays do, summed over the output positions that the copy computes.
class LayerActivity
{
public:
    /// `pulsed`: cells conduct as long as the slice's value says; else in every slice that is not 0. `longest`: whether
    /// the longest pulses are wanted, which take the most time to find.
    LayerActivity(const LayerMatrix& matrix, const LayerMatrix::Feed& feed, std::int64_t copy, bool pulsed,
                  bool longest);

    std::int64_t operations() const { return operations_; }
    /// The mean operation (rounded to nearest) of arrays that work in lockstep, by their numbers in LayerMatrix
    /// (cut by cut, block by block).
    MvmActivity mean(std::span<const std::size_t> arrays) const;

private:
    struct Place {
        std::size_t cut, block;
    };
    std::int64_t longest(std::span<const std::size_t> arrays) const;

    const LayerMatrix& matrix_;
    bool pulsed_, wants_longest_;
    std::int64_t operations_ = 0;
    std::vector<Place> places_;                      ///< of each array
    std::vector<std::vector<std::int64_t>> slices_;  ///< per cut and row: slices that are not 0
    std::vector<std::vector<std::int64_t>> digits_;  ///< per cut and row: sum of slice values
    std::vector<Matrix<std::int32_t>> inputs_;       ///< per cut, if the longest pulses are wanted
};

} // namespace imc::values
