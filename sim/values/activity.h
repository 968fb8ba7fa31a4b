#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "devices/matrix.h"
#include "sim/values/array_spec.h"

namespace imc::values
{

/// Rows that an operation drives, per phase (row group by row group, input slice by slice), and the largest digit
/// that each phase applies: what timing and energy that depend on data need.
struct PhaseActivity {
    std::uint16_t active_rows = 0;
    std::uint16_t largest_digit = 0; ///< length of the longest pulse, 0 if the phase can be skipped
    std::uint32_t digit_sum = 0;
    friend bool operator==(const PhaseActivity&, const PhaseActivity&) = default;
};

/// Phases of one input vector on an array of `rows_used` rows; inputs of length rows_used.
std::vector<PhaseActivity> phase_activity(const ArraySpec& spec, std::span<const std::int32_t> inputs);

/// The activity of operations in order, equal neighbours stored once. When more than `limit` runs would be kept,
/// neighbours are merged into their mean (rounded to nearest), so memory is bounded and totals are kept to
/// rounding.
class ActivityTrace
{
public:
    struct Run {
        std::uint64_t operations = 0;
        std::vector<PhaseActivity> phases;
    };

    explicit ActivityTrace(std::size_t limit = 4096) : limit_(limit) {}

    void add(std::vector<PhaseActivity> phases, std::uint64_t operations = 1);
    const std::vector<Run>& runs() const { return runs_; }
    std::uint64_t operations() const { return operations_; }
    /// False once neighbours have been merged.
    bool exact() const { return exact_; }

private:
    void halve();

    std::size_t limit_;
    std::vector<Run> runs_;
    std::uint64_t operations_ = 0;
    bool exact_ = true;
};

} // namespace imc::values
