#pragma once

#include <cstdint>
#include <vector>

#include "devices/matrix.h"
#include "sim/values/array_spec.h"
#include "sim/values/encoding.h"
#include "sim/values/kernels.h"

namespace imc::values
{

/// Cells of a row group in strips of 32 columns, as the kernels take them; absent columns are 0.
std::vector<float> pack_cells(const Matrix<float>& cells, const RowGroup& group);
/// The same for single-bit cells, 32 rows to a word.
std::vector<std::uint32_t> pack_bits(const Matrix<float>& cells, const RowGroup& group);

/// Digits of more bits than this are packed in parts of so many, lowest first.
constexpr int digit_part_bits = 4;
constexpr std::size_t digit_parts(int bits)
{
    return static_cast<std::size_t>((bits + digit_part_bits - 1) / digit_part_bits);
}
/// The squares of digits likewise.
constexpr int square_part_bits = 2 * digit_part_bits;

/// Digits of four vectors (from `first`, absent ones 0) in every slice, in `parts` parts, for the rows of a group.
void pack_inputs(const Matrix<std::int32_t>& inputs, std::size_t first, const RowGroup& group, std::int64_t offset,
                 const std::vector<InputSlice>& slices, std::size_t parts, std::vector<float>& panels);
/// The squares of packed digits, in as many parts.
void pack_squares(const std::vector<float>& panels, std::size_t panel, std::size_t parts, std::vector<float>& squares);
void pack_input_bits(const Matrix<std::int32_t>& inputs, std::size_t first, const RowGroup& group, std::int64_t offset,
                     const std::vector<InputSlice>& slices, std::vector<std::uint32_t>& panels);

} // namespace imc::values
