#include "sim/values/packing.h"

#include <algorithm>
#include <cstdlib>
#include <span>

namespace imc::values
{

namespace
{

constexpr std::size_t vectors = Tile::vectors, columns = Tile::columns;

std::size_t strips_of(std::size_t cols) { return (cols + columns - 1) / columns; }

/// Rows of a group, transposed to [row][vector], with the offset added.
void gather(const Matrix<std::int32_t>& inputs, std::size_t first, const RowGroup& group, std::int64_t offset,
            std::vector<std::int32_t>& block)
{
    block.assign(group.count * vectors, 0);
    const std::size_t present = std::min(vectors, inputs.rows() - first);
    for (std::size_t v = 0; v < present; ++v) {
        const std::int32_t* row = inputs.row(first + v).data() + group.first;
        for (std::size_t k = 0; k < group.count; ++k)
            block[k * vectors + v] = row[k] + static_cast<std::int32_t>(offset);
    }
}

/// Bits [first, first + bits) of the digits' magnitudes, with the digits' signs: digit() in a form that the compiler
/// makes vectors of.
void pack_part(std::span<const std::int32_t> block, const InputSlice& slice, int first, int bits, float* out)
{
    const int shift = slice.shift + first;
    const std::int32_t mask = (1 << std::clamp(slice.bits - first, 0, bits)) - 1; // a narrow slice lacks the last parts
    const auto each = [&](auto part) { std::ranges::transform(block, out, part); };
    switch (slice.part) {
    case InputSlice::Part::unsigned_digit:
        return each([=](std::int32_t x) { return static_cast<float>(x >> shift & mask); });
    case InputSlice::Part::signed_digit:
        return each([=](std::int32_t x) {
            const std::int32_t part = std::abs(x) >> shift & mask;
            return static_cast<float>(x < 0 ? -part : part);
        });
    case InputSlice::Part::positive_digit:
        return each([=](std::int32_t x) { return static_cast<float>(std::max(x, 0) >> shift & mask); });
    case InputSlice::Part::negative_digit:
        return each([=](std::int32_t x) { return static_cast<float>(std::max(-x, 0) >> shift & mask); });
    }
}

} // namespace

std::vector<float> pack_cells(const Matrix<float>& cells, const RowGroup& group)
{
    const std::size_t strips = strips_of(cells.cols());
    std::vector<float> packed(strips * group.count * columns, 0.0f);
    for (std::size_t k = 0; k < group.count; ++k)
        for (std::size_t j = 0; j < cells.cols(); ++j)
            packed[(j / columns * group.count + k) * columns + j % columns] = cells(group.first + k, j);
    return packed;
}

std::vector<std::uint32_t> pack_bits(const Matrix<float>& cells, const RowGroup& group)
{
    const std::size_t strips = strips_of(cells.cols()), words = (group.count + 31) / 32;
    std::vector<std::uint32_t> packed(strips * words * columns, 0);
    for (std::size_t k = 0; k < group.count; ++k)
        for (std::size_t j = 0; j < cells.cols(); ++j)
            if (cells(group.first + k, j) != 0.0f)
                packed[(j / columns * words + k / 32) * columns + j % columns] |= 1u << k % 32;
    return packed;
}

void pack_inputs(const Matrix<std::int32_t>& inputs, std::size_t first, const RowGroup& group, std::int64_t offset,
                 const std::vector<InputSlice>& slices, std::size_t parts, std::vector<float>& panels)
{
    thread_local std::vector<std::int32_t> block;
    gather(inputs, first, group, offset, block);
    panels.resize(slices.size() * parts * block.size());
    for (std::size_t s = 0; s < slices.size(); ++s)
        for (std::size_t p = 0; p < parts; ++p)
            pack_part(block, slices[s], static_cast<int>(p) * digit_part_bits,
                      parts == 1 ? slices[s].bits : digit_part_bits, panels.data() + (s * parts + p) * block.size());
}

void pack_squares(const std::vector<float>& panels, std::size_t panel, std::size_t parts, std::vector<float>& squares)
{
    squares.resize(panels.size());
    if (parts == 1) {
        std::ranges::transform(panels, squares.begin(), [](float x) { return x * x; });
        return;
    }
    for (std::size_t at = 0; at < panels.size(); at += parts * panel)
        for (std::size_t n = 0; n < panel; ++n) {
            int digit = 0;
            for (std::size_t p = 0; p < parts; ++p)
                digit += static_cast<int>(panels[at + p * panel + n]) * (1 << (static_cast<int>(p) * digit_part_bits));
            const int square = digit * digit;
            for (std::size_t p = 0; p < parts; ++p)
                squares[at + p * panel + n] = static_cast<float>(square >> (static_cast<int>(p) * square_part_bits) &
                                                                 ((1 << square_part_bits) - 1));
        }
}

void pack_input_bits(const Matrix<std::int32_t>& inputs, std::size_t first, const RowGroup& group, std::int64_t offset,
                     const std::vector<InputSlice>& slices, std::vector<std::uint32_t>& panels)
{
    const std::size_t words = (group.count + 31) / 32, present = std::min(vectors, inputs.rows() - first);
    panels.assign(slices.size() * words * vectors, 0);
    const ValueKernels& kernels = value_kernels();
    // Slice s is then bit s.
    const bool plain = std::ranges::all_of(
        slices, [](const InputSlice& s) { return s.part == InputSlice::Part::unsigned_digit && s.bits == 1; });
    for (std::size_t v = 0; v < present; ++v) {
        const std::int32_t* row = inputs.row(first + v).data() + group.first;
        for (std::size_t w = 0; w < words; ++w) {
            const std::size_t end = std::min<std::size_t>(32, group.count - w * 32);
            const std::int32_t* x = row + w * 32;
            std::uint32_t bits[64] = {};
            if (plain && offset == 0) {
                kernels.gather_bits(x, end, slices.size(), bits);
            } else {
                for (std::size_t s = 0; s < slices.size(); ++s)
                    for (std::size_t k = 0; k < end; ++k)
                        bits[s] |= static_cast<std::uint32_t>(digit(x[k] + offset, slices[s])) << k;
            }
            for (std::size_t s = 0; s < slices.size(); ++s)
                panels[(s * words + w) * vectors + v] = bits[s];
        }
    }
}

} // namespace imc::values
