#include "sim/values/activity.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::values
{

namespace
{

bool same_data(const MvmActivity& a, const MvmActivity& b)
{
    return a.row_slices == b.row_slices && a.input_sum == b.input_sum && a.level_sum == b.level_sum &&
           a.longest == b.longest;
}

/// Of `a` and `b`, which stand for so many operations each.
ActivityRun mean(const ActivityRun& a, const ActivityRun& b)
{
    const std::int64_t count = a.operations + b.operations;
    const auto of = [&](std::int64_t x, std::int64_t y) {
        return (a.operations * x + b.operations * y + count / 2) / count;
    };
    ActivityRun m{count, a.activity};
    m.activity.row_slices = of(a.activity.row_slices, b.activity.row_slices);
    m.activity.input_sum = of(a.activity.input_sum, b.activity.input_sum);
    m.activity.level_sum = of(a.activity.level_sum, b.activity.level_sum);
    for (std::size_t i = 0; i < m.activity.longest.size(); ++i)
        m.activity.longest[i] = static_cast<std::uint16_t>(of(a.activity.longest[i], b.activity.longest[i]));
    return m;
}

} // namespace

ReadLengths::ReadLengths(const MacroConfig& macro, const MvmOperation& op, std::int64_t lowest, std::int64_t highest)
    : lowest_(lowest)
{
    const InputConfig& input = macro.input;
    const bool magnitudes = op.signed_input && input.signed_input != SignedInput::twos_complement;
    const bool two_phases = magnitudes && input.signed_input == SignedInput::two_phases;
    const int bits = std::max(1, op.input_bits - (magnitudes ? 1 : 0));
    // Several bits at a time have no top bit to subtract: the sign bit is inverted instead.
    const std::int64_t half = std::int64_t{1} << (bits - 1);
    const std::int64_t offset = op.signed_input && !magnitudes && input.slice_bits > 1 ? half : 0;
    const std::int64_t active = macro.active_rows > 0 ? std::min(macro.active_rows, op.rows) : op.rows;
    active_ = static_cast<std::size_t>(active);
    groups_ = static_cast<std::size_t>((op.rows + active - 1) / active);
    const int slices = (bits + input.slice_bits - 1) / input.slice_bits;
    parts_ = static_cast<std::size_t>(slices * (two_phases ? 2 : 1));
    for (std::int64_t x = lowest; x <= highest; ++x) {
        const std::int64_t magnitude = std::min(std::abs(x), 2 * half - 1);
        const std::int64_t value = magnitudes ? magnitude : (x + offset) & (2 * half - 1);
        for (int slice = 0; slice < slices; ++slice) {
            const int shift = slice * input.slice_bits, width = std::min(input.slice_bits, bits - shift);
            const auto digit = static_cast<std::uint16_t>(value >> shift & ((std::int64_t{1} << width) - 1));
            digits_.push_back(two_phases && x < 0 ? std::uint16_t{0} : digit);
            if (two_phases)
                digits_.push_back(x < 0 ? digit : std::uint16_t{0});
        }
    }
}

void ReadLengths::raise(std::span<const std::int32_t> inputs, std::span<std::uint16_t> longest) const
{
    if (longest.size() != reads() || inputs.size() > active_ * groups_)
        throw std::invalid_argument(
            fmt::format("{} inputs for {} reads in {} groups of rows", inputs.size(), longest.size(), groups_));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::uint16_t* digits = digits_.data() + static_cast<std::size_t>(inputs[i] - lowest_) * parts_;
        for (std::size_t p = 0; p < parts_; ++p) {
            std::uint16_t& most = longest[p * groups_ + i / active_];
            most = std::max(most, digits[p]);
        }
    }
}

void ActivityTrace::add(MvmActivity activity, std::int64_t operations)
{
    if (!runs_.empty() && runs_[0].activity.longest.size() != activity.longest.size())
        throw std::invalid_argument(fmt::format("an operation of {} reads in a trace of operations of {}",
                                                activity.longest.size(), runs_[0].activity.longest.size()));
    operations_ += operations;
    if (!runs_.empty() && same_data(runs_.back().activity, activity)) {
        runs_.back().operations += operations;
        return;
    }
    runs_.push_back({operations, std::move(activity)});
    if (runs_.size() > limit_)
        halve();
}

void ActivityTrace::halve()
{
    exact_ = false;
    std::vector<ActivityRun> merged;
    for (std::size_t n = 0; n < runs_.size(); n += 2)
        merged.push_back(n + 1 < runs_.size() ? mean(runs_[n], runs_[n + 1]) : std::move(runs_[n]));
    runs_ = std::move(merged);
}

} // namespace imc::values
