#include "sim/values/layer_activity.h"

#include <algorithm>
#include <cstdlib>

namespace imc::values
{

namespace
{

constexpr std::int64_t block = 1024; ///< output positions at a time

std::int64_t rounded(std::int64_t sum, std::int64_t count) { return count > 0 ? (sum + count / 2) / count : 0; }

struct Place {
    std::size_t cut, block;
};

/// Of each array.
std::vector<Place> places_of(const LayerMatrix& matrix)
{
    std::vector<Place> places;
    for (std::size_t cut = 0; cut < matrix.plan().cuts.size(); ++cut)
        for (std::size_t b = 0; b < matrix.cut(cut).blocks.size(); ++b)
            places.push_back({cut, b});
    return places;
}

/// Sums of the states of the cells in each row of an array.
std::vector<std::int64_t> level_sums(const LayerMatrix& matrix, const Place& place)
{
    const EncodedArray encoded = matrix.encoded(place.cut, place.block);
    std::vector<std::int64_t> sums(encoded.levels.rows(), 0);
    for (std::size_t k = 0; k < sums.size(); ++k)
        for (const std::uint8_t level : encoded.levels.row(k))
            sums[k] += level;
    return sums;
}

} // namespace

SliceCounts::SliceCounts(const ArraySpec& spec) : low(input_limits(spec).first)
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

LayerActivity::LayerActivity(const LayerMatrix& matrix, const LayerMatrix::Feed& feed, std::int64_t copy, bool pulsed)
    : matrix_(matrix), pulsed_(pulsed)
{
    const imc::Contraction& c = matrix.contraction();
    const SliceCounts table(matrix.spec());
    const auto mine = [&](std::int64_t m) {
        return matrix.plan().copy_of.empty() || matrix.plan().copy_of[static_cast<std::size_t>(m)] == copy;
    };
    for (std::size_t cut = 0; cut < matrix.plan().cuts.size(); ++cut) {
        const auto rows = static_cast<std::size_t>(matrix.cut(cut).groups * c.k);
        std::vector<std::int64_t> slices(rows, 0), digits(rows, 0);
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
                }
            }
        operations_ = operations;
        slices_.push_back(std::move(slices));
        digits_.push_back(std::move(digits));
    }
}

MvmActivity LayerActivity::mean(std::span<const std::size_t> arrays) const
{
    const std::vector<Place> places = places_of(matrix_);
    std::int64_t slices = 0, digits = 0, levels = 0;
    for (const std::size_t array : arrays) {
        const Place& place = places[array];
        const std::size_t first = matrix_.cut(place.cut).blocks[place.block].first_row;
        const std::vector<std::int64_t> sums = level_sums(matrix_, place);
        for (std::size_t k = 0; k < sums.size(); ++k) {
            const std::int64_t on = slices_[place.cut][first + k], sum = digits_[place.cut][first + k];
            slices += on;
            digits += sum;
            levels += (pulsed_ ? sum : on) * sums[k];
        }
    }
    MvmActivity mean;
    mean.row_slices = rounded(slices, operations_);
    mean.input_sum = rounded(digits, operations_);
    mean.level_sum = rounded(levels, operations_);
    return mean;
}

namespace
{

/// A macro whose operations are followed, ready to be shown inputs.
class FollowedMacro
{
public:
    FollowedMacro(const LayerMatrix& matrix, const std::vector<Place>& places, const MacroConfig& config,
                  const TracedMacro& macro)
        : lengths_(config, macro.operation, input_limits(matrix.spec()).first, input_limits(matrix.spec()).second),
          pulsed_(config.input.coding != InputCoding::amplitude)
    {
        for (const std::size_t array : macro.arrays)
            arrays_.push_back({places[array].cut, matrix.cut(places[array].cut).blocks[places[array].block],
                               level_sums(matrix, places[array])});
    }

    template <class Use> void for_each_cut(const Use& use) const
    {
        for (const Array& array : arrays_)
            use(array.cut);
    }

    /// `inputs`: of each cut, positions × rows.
    MvmActivity see(const std::vector<Matrix<std::int32_t>>& inputs, std::size_t position,
                    const SliceCounts& table) const
    {
        MvmActivity seen;
        seen.row_slices = seen.input_sum = seen.level_sum = 0;
        seen.longest.assign(lengths_.reads(), 0);
        for (const Array& array : arrays_) {
            const auto mine = inputs[array.cut].row(position).subspan(array.block.first_row, array.block.rows);
            for (std::size_t k = 0; k < mine.size(); ++k) {
                const auto at = static_cast<std::size_t>(mine[k] - table.low);
                seen.row_slices += table.slices[at];
                seen.input_sum += table.digits[at];
                seen.level_sum += (pulsed_ ? table.digits[at] : table.slices[at]) * array.levels[k];
            }
            lengths_.raise(mine, seen.longest);
        }
        return seen;
    }

private:
    struct Array {
        std::size_t cut;
        Block block;
        std::vector<std::int64_t> levels; ///< per row
    };
    ReadLengths lengths_;
    bool pulsed_;
    std::vector<Array> arrays_;
};

} // namespace

std::vector<ActivityTrace> trace_layer(const LayerMatrix& matrix, const LayerMatrix::Feed& feed,
                                       const MacroConfig& config, const std::vector<TracedMacro>& macros,
                                       std::span<const std::int64_t> positions, std::size_t limit)
{
    constexpr std::size_t together = 256; // positions whose inputs are held
    const std::int64_t m = matrix.contraction().m;
    const SliceCounts table(matrix.spec());
    const std::vector<Place> places = places_of(matrix);
    std::vector<FollowedMacro> followed;
    std::vector<char> used(matrix.plan().cuts.size(), 0);
    for (const TracedMacro& macro : macros) {
        followed.emplace_back(matrix, places, config, macro);
        followed.back().for_each_cut([&](std::size_t cut) { used[cut] = 1; });
    }
    std::vector<ActivityTrace> traces(macros.size(), ActivityTrace(limit));
    std::vector<Matrix<std::int32_t>> inputs(used.size());
    for (std::size_t first = 0; first < positions.size();) {
        // Neighbours are fetched together.
        std::size_t count = 1;
        while (first + count < positions.size() && count < together &&
               positions[first + count] == positions[first] + static_cast<std::int64_t>(count) &&
               positions[first + count] % m != 0)
            ++count;
        const std::int64_t begin = positions[first] % m, end = begin + static_cast<std::int64_t>(count);
        for (std::size_t cut = 0; cut < used.size(); ++cut)
            if (used[cut])
                inputs[cut] = matrix.inputs(feed, positions[first] / m, cut, begin, end);
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t n = 0; n < followed.size(); ++n)
                traces[n].add(followed[n].see(inputs, i, table));
        first += count;
    }
    return traces;
}

} // namespace imc::values
