#include "sim/values/layer_activity.h"

#include <algorithm>
#include <map>

#include "sim/values/activity.h"

namespace imc::values
{

namespace
{

constexpr std::int64_t block = 1024; ///< output positions at a time

/// Of every input value: slices that are not 0, and the sum of the slices' values.
struct Table {
    std::int64_t low;
    std::vector<std::int32_t> slices, digits;

    explicit Table(const ArraySpec& spec) : low(input_limits(spec).first)
    {
        const std::vector<InputSlice> all = input_slices(spec);
        const std::int64_t offset = input_offset(spec);
        for (std::int64_t x = low; x <= input_limits(spec).second; ++x) {
            std::int32_t count = 0, sum = 0;
            for (const InputSlice& slice : all) {
                const int d = std::abs(digit(x + offset, slice));
                count += d != 0 ? 1 : 0;
                sum += d;
            }
            slices.push_back(count);
            digits.push_back(sum);
        }
    }
};

std::int64_t rounded(std::int64_t sum, std::int64_t count) { return count > 0 ? (sum + count / 2) / count : 0; }

} // namespace

LayerActivity::LayerActivity(const LayerMatrix& matrix, const LayerMatrix::Feed& feed, std::int64_t copy, bool pulsed,
                             bool longest)
    : matrix_(matrix), pulsed_(pulsed), wants_longest_(longest)
{
    const imc::Contraction& c = matrix.contraction();
    const Table table(matrix.spec());
    const auto mine = [&](std::int64_t m) {
        return matrix.plan().copy_of.empty() || matrix.plan().copy_of[static_cast<std::size_t>(m)] == copy;
    };
    for (std::size_t cut = 0; cut < matrix.plan().cuts.size(); ++cut) {
        for (std::size_t b = 0; b < matrix.cut(cut).blocks.size(); ++b)
            places_.push_back({cut, b});
        const auto rows = static_cast<std::size_t>(matrix.cut(cut).groups * c.k);
        std::vector<std::int64_t> slices(rows, 0), digits(rows, 0);
        std::vector<std::int32_t> kept;
        std::int64_t operations = 0;
        for (std::int64_t batch = 0; batch < c.batch; ++batch)
            for (std::int64_t first = 0; first < c.m; first += block) {
                const std::int64_t last = std::min(c.m, first + block);
                const Matrix<std::int32_t> inputs = matrix.inputs(feed, batch, cut, first, last);
                for (std::int64_t m = first; m < last; ++m) {
                    if (!mine(m))
                        continue;
                    ++operations;
                    const auto row = inputs.row(static_cast<std::size_t>(m - first));
                    for (std::size_t k = 0; k < rows; ++k) {
                        const auto at = static_cast<std::size_t>(row[k] - table.low);
                        slices[k] += table.slices[at];
                        digits[k] += table.digits[at];
                    }
                    if (longest)
                        kept.insert(kept.end(), row.begin(), row.end());
                }
            }
        operations_ = operations;
        slices_.push_back(std::move(slices));
        digits_.push_back(std::move(digits));
        Matrix<std::int32_t> vectors(longest ? static_cast<std::size_t>(operations) : 0, rows);
        std::ranges::copy(kept, vectors.data());
        inputs_.push_back(std::move(vectors));
    }
}

std::int64_t LayerActivity::longest(std::span<const std::size_t> arrays) const
{
    std::int64_t sum = 0;
    std::vector<std::int64_t> largest;
    for (std::int64_t v = 0; v < operations_; ++v) {
        largest.clear();
        for (const std::size_t array : arrays) {
            const Place& place = places_[array];
            const Block& b = matrix_.cut(place.cut).blocks[place.block];
            const auto phases = phase_activity(
                matrix_.spec(), inputs_[place.cut].row(static_cast<std::size_t>(v)).subspan(b.first_row, b.rows));
            largest.resize(std::max(largest.size(), phases.size()), 0);
            for (std::size_t p = 0; p < phases.size(); ++p)
                largest[p] = std::max<std::int64_t>(largest[p], phases[p].largest_digit);
        }
        for (const std::int64_t digit : largest)
            sum += digit;
    }
    return sum;
}

MvmActivity LayerActivity::mean(std::span<const std::size_t> arrays) const
{
    std::int64_t slices = 0, digits = 0, levels = 0;
    for (const std::size_t array : arrays) {
        const Place& place = places_[array];
        const Block& b = matrix_.cut(place.cut).blocks[place.block];
        const EncodedArray encoded = matrix_.encoded(place.cut, place.block);
        for (std::size_t k = 0; k < b.rows; ++k) {
            const std::int64_t on = slices_[place.cut][b.first_row + k], sum = digits_[place.cut][b.first_row + k];
            std::int64_t level = 0;
            for (const std::uint8_t l : encoded.levels.row(k))
                level += l;
            slices += on;
            digits += sum;
            levels += (pulsed_ ? sum : on) * level;
        }
    }
    MvmActivity mean;
    mean.row_slices = rounded(slices, operations_);
    mean.input_sum = rounded(digits, operations_);
    mean.level_sum = rounded(levels, operations_);
    if (wants_longest_)
        mean.longest_sum = rounded(longest(arrays), operations_);
    return mean;
}

} // namespace imc::values
