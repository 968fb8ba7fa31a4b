#include "sim/values/activity.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace imc::values
{

std::vector<PhaseActivity> phase_activity(const ArraySpec& spec, std::span<const std::int32_t> inputs)
{
    if (inputs.empty() || inputs.size() > static_cast<std::size_t>(spec.rows))
        throw std::invalid_argument(fmt::format("{} inputs for an array of {} rows", inputs.size(), spec.rows));
    const std::vector<InputSlice> slices = input_slices(spec);
    const std::int64_t offset = input_offset(spec);
    const auto step = static_cast<std::size_t>(spec.active(static_cast<int>(inputs.size())));
    std::vector<PhaseActivity> phases;
    for (std::size_t first = 0; first < inputs.size(); first += step)
        for (const InputSlice& slice : slices) {
            PhaseActivity phase;
            for (std::size_t i = first; i < std::min(first + step, inputs.size()); ++i) {
                const auto d = static_cast<std::uint32_t>(std::abs(digit(inputs[i] + offset, slice)));
                phase.active_rows = static_cast<std::uint16_t>(phase.active_rows + (d != 0 ? 1 : 0));
                phase.largest_digit = std::max(phase.largest_digit, static_cast<std::uint16_t>(d));
                phase.digit_sum += d;
            }
            phases.push_back(phase);
        }
    return phases;
}

void ActivityTrace::add(std::vector<PhaseActivity> phases, std::uint64_t operations)
{
    if (!runs_.empty() && runs_[0].phases.size() != phases.size())
        throw std::invalid_argument(fmt::format("an operation of {} phases in a trace of operations of {}",
                                                phases.size(), runs_[0].phases.size()));
    operations_ += operations;
    if (!runs_.empty() && runs_.back().phases == phases) {
        runs_.back().operations += operations;
        return;
    }
    runs_.push_back({operations, std::move(phases)});
    if (runs_.size() > limit_)
        halve();
}

void ActivityTrace::halve()
{
    exact_ = false;
    std::vector<Run> merged;
    for (std::size_t n = 0; n < runs_.size(); n += 2) {
        if (n + 1 == runs_.size()) {
            merged.push_back(std::move(runs_[n]));
            break;
        }
        const auto a = static_cast<double>(runs_[n].operations), b = static_cast<double>(runs_[n + 1].operations);
        const auto mean = [&](auto x, auto y) {
            return static_cast<decltype(x)>(
                std::lround((a * static_cast<double>(x) + b * static_cast<double>(y)) / (a + b)));
        };
        Run run{runs_[n].operations + runs_[n + 1].operations, std::move(runs_[n].phases)};
        for (std::size_t k = 0; k < run.phases.size(); ++k) {
            PhaseActivity& p = run.phases[k];
            const PhaseActivity& q = runs_[n + 1].phases[k];
            p = {mean(p.active_rows, q.active_rows), mean(p.largest_digit, q.largest_digit),
                 mean(p.digit_sum, q.digit_sum)};
        }
        merged.push_back(std::move(run));
    }
    runs_ = std::move(merged);
}

} // namespace imc::values
