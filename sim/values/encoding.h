#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "devices/matrix.h"
#include "sim/values/array_spec.h"

namespace imc::values
{

/// A set of columns converted alike, one per weight: what their codes count.
struct Plane {
    double factor = 1.0;         ///< 2^(cell bits × slice), negative for a negative half or a two's complement top bit
    std::vector<double> columns; ///< what its cell columns count in it: one, or several that are merged
};

/// A cell column's part in a converted column.
struct ColumnPart {
    std::size_t column = 0;
    double factor = 1.0;
};

/// Rows driven at the same time.
struct RowGroup {
    std::size_t first = 0;
    std::size_t count = 0;
};

/// One array's cells and what its columns mean.
///
/// Cell columns are physical: a weight's slices lie side by side, each pair's positive column before its negative
/// one; the unit column, if there is one, comes last. Converted columns are ordered by plane, then weight; the
/// unit column comes last. With analog subtraction a converted column is the difference of two cell columns, with
/// merged columns a weighted sum of several.
struct EncodedArray {
    Matrix<std::uint8_t> levels; ///< rows × cell columns
    std::vector<RowGroup> groups;
    std::vector<Plane> planes;
    std::size_t weights = 0;
    bool has_unit = false;
    double unit_level = 0.0;         ///< level of the unit column's cells
    bool subtracts = false;          ///< each column of a plane is the difference of two neighbours
    Matrix<std::uint8_t> inverted;   ///< groups × converted columns: stored as (2^bits − 1) − level
    double bias = 0.0;               ///< added to every weight before slicing: bias·Σx is to be subtracted
    double scale = 1.0;              ///< of the sum over planes: ½ for ±1 cells
    std::vector<double> weight_sums; ///< Σ of each column of the weight matrix

    std::size_t converted() const { return planes.size() * weights + (has_unit ? 1 : 0); }
    bool is_unit(std::size_t converted_column) const { return converted_column == planes.size() * weights; }
    /// Cell columns of a converted column.
    std::vector<ColumnPart> cells_of(std::size_t converted_column) const;
    /// Sum of their factors.
    double factor_sum(std::size_t converted_column) const;
    /// Largest sum of the positive factors of any converted column.
    double reach() const;
};

/// Lays weights (rows × n, two's complement of config.weight_bits) out on cells. Throws std::invalid_argument if
/// they do not fit the array or a weight is out of range.
EncodedArray encode(const Matrix<std::int32_t>& weights, const ArraySpec& config);

} // namespace imc::values
