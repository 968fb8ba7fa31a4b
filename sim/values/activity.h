#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "arch/config/operation.h"

namespace imc::values
{

/// The longest pulse of each read of an operation, as MvmActivity::longest wants them: inputs go row by row into the
/// reads of a macro. Magnitudes that the operation's bits cannot hold count as the largest.
class ReadLengths
{
public:
    ReadLengths(const MacroConfig& macro, const MvmOperation& operation, std::int64_t lowest, std::int64_t highest);

    std::size_t reads() const { return parts_ * groups_; }
    /// Raises `longest` (one per read) to what these inputs, of the array's first rows on, ask for.
    void raise(std::span<const std::int32_t> inputs, std::span<std::uint16_t> longest) const;

private:
    std::int64_t lowest_;
    std::size_t parts_ = 0;             ///< input slices × phases
    std::size_t groups_ = 0;            ///< of rows
    std::size_t active_ = 0;            ///< rows of a group
    std::vector<std::uint16_t> digits_; ///< of each input value in each part
};

/// The activity of a macro's operations in order, equal neighbours stored once. When more than `limit` runs would be
/// kept, neighbours are merged into their mean (rounded to nearest), so memory is bounded and totals are kept to
/// rounding.
class ActivityTrace
{
public:
    explicit ActivityTrace(std::size_t limit) : limit_(limit) {}

    void add(MvmActivity activity, std::int64_t operations = 1);
    const std::vector<ActivityRun>& runs() const { return runs_; }
    std::int64_t operations() const { return operations_; }
    /// False once neighbours have been merged.
    bool exact() const { return exact_; }

private:
    void halve();

    std::size_t limit_;
    std::vector<ActivityRun> runs_;
    std::int64_t operations_ = 0;
    bool exact_ = true;
};

} // namespace imc::values
