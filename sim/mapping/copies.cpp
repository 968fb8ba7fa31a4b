#include "sim/mapping/copies.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace imc::mapping
{

namespace
{

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Copies of a group that its tile's ports and units keep busy.
double speed_of(const Workload& layer, int count)
{
    const double most = layer.cycles_shared > 0.0 ? layer.cycles_each / layer.cycles_shared : count;
    return std::min(static_cast<double>(count), most);
}

/// Neighbouring groups that share a strip of columns.
struct Run {
    std::size_t begin = 0;
    std::size_t end = 0;
    int width = 0;
};

class Divider
{
public:
    Divider(const Workload& layer, const Copies& copies, double turns, CopyShape shape) : layer_(layer)
    {
        const std::vector<CopyGroup>& groups = copies.groups;
        std::set<int> counts;
        for (const CopyGroup& group : groups) {
            counts.insert(group.count);
            speeds_.push_back(speed_of(layer, group.count));
            rooms_.push_back(static_cast<std::int64_t>(speeds_.back() * turns + 1e-9));
        }
        for (const int count : counts) {
            Kind kind{0, std::vector<std::int64_t>(groups.size() + 1, 0)};
            for (std::size_t g = 0; g < groups.size(); ++g) {
                kind.before[g + 1] = kind.before[g] + (groups[g].count == count);
                if (groups[g].count == count)
                    kind.room = rooms_[g];
            }
            kinds_.push_back(std::move(kind));
        }
        const auto height = static_cast<std::size_t>(layer.height);
        const bool columns_suffice = groups.size() <= static_cast<std::size_t>(layer.width);
        if (shape == CopyShape::strips && columns_suffice)
            longest_ = 1;
        else // more only make sense where there are fewer columns than groups
            longest_ = std::min(
                height, std::max<std::size_t>(16, 2 * static_cast<std::size_t>(ceil_div(
                                                          static_cast<std::int64_t>(groups.size()), layer.width))));
    }

    /// Runs that cover all columns, as many as possible: narrow strips take less room than dealt-out rows.
    std::vector<Run> cover() const
    {
        struct Best {
            int width = -1, runs = 0;
            Run last;
        };
        std::vector<Best> best(rooms_.size() + 1);
        best[0].width = 0;
        for (std::size_t begin = 0; begin < rooms_.size(); ++begin) {
            if (best[begin].width < 0)
                continue;
            int width = 0;
            const std::size_t most = std::min(rooms_.size(), begin + longest_);
            for (std::size_t end = begin + 1; end <= most; ++end) {
                while (width < layer_.width && rows_served(begin, end, width + 1) >= layer_.height)
                    ++width;
                while (width > 0 && rows_served(begin, end, width) < layer_.height)
                    --width; // a group too slow for a row of this width has joined
                if (width == 0)
                    continue;
                const int covered = std::min(layer_.width, best[begin].width + width), runs = best[begin].runs + 1;
                Best& target = best[end];
                if (runs <= layer_.width && (covered > target.width || (covered == target.width && runs > target.runs)))
                    target = {covered, runs, {begin, end, width}};
            }
        }
        if (best.back().width < layer_.width)
            return {};
        std::vector<Run> runs;
        int columns = 0;
        for (std::size_t end = rooms_.size(); end > 0; end = runs.back().begin) {
            runs.push_back(best[end].last);
            columns += runs.back().width;
        }
        std::reverse(runs.begin(), runs.end());
        for (; columns > layer_.width; --columns)
            --std::max_element(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
                  return a.width < b.width;
              })->width;
        return runs;
    }

    /// The rows of a strip go to whichever of its groups is least busy with its own.
    std::vector<std::vector<int>> deal(const Run& run) const
    {
        const std::size_t groups = run.end - run.begin;
        std::vector<std::vector<int>> rows(groups);
        std::size_t idle = groups;
        for (int row = 0; row < layer_.height; ++row) {
            const bool last_chance = static_cast<std::size_t>(layer_.height - row) <= idle;
            std::size_t next = groups;
            double least = 0.0;
            for (std::size_t g = 0; g < groups; ++g) {
                const std::size_t more = rows[g].size() + 1;
                const bool full = static_cast<std::int64_t>(more) * run.width > rooms_[run.begin + g];
                if (last_chance ? more > 1 : full)
                    continue;
                const double load = static_cast<double>(more) / speeds_[run.begin + g];
                if (next == groups || load < least) {
                    next = g;
                    least = load;
                }
            }
            idle -= rows[next].empty();
            rows[next].push_back(row);
        }
        return rows;
    }

private:
    /// Groups of one size.
    struct Kind {
        std::int64_t room = 0;            ///< positions such a group gets done
        std::vector<std::int64_t> before; ///< how many there are before each group
    };

    /// Rows of `width` columns that some groups get done; none if one of them does not manage a single row.
    std::int64_t rows_served(std::size_t begin, std::size_t end, int width) const
    {
        std::int64_t rows = 0;
        for (const Kind& kind : kinds_) {
            const std::int64_t groups = kind.before[end] - kind.before[begin], each = kind.room / width;
            if (groups > 0 && each < 1)
                return 0;
            rows += groups * each;
        }
        return end - begin <= static_cast<std::size_t>(layer_.height) ? rows : 0;
    }

    const Workload& layer_;
    std::vector<double> speeds_;      ///< of each group
    std::vector<std::int64_t> rooms_; ///< positions that each group gets done
    std::vector<Kind> kinds_;
    std::size_t longest_ = 1; ///< groups that may share a strip
};

} // namespace

int Copies::count() const
{
    int sum = 0;
    for (const CopyGroup& group : groups)
        sum += group.count;
    return sum;
}

double Copies::positions() const
{
    double most = 0.0;
    for (const CopyGroup& group : groups)
        most = std::max(most, static_cast<double>(group.share.tokens()) / group.count);
    return most;
}

int Copies::strips() const
{
    std::set<int> first;
    for (const CopyGroup& group : groups)
        first.insert(group.share.columns.front());
    return static_cast<int>(first.size());
}

bool divide(const Workload& layer, Copies& copies, double turns, CopyShape shape)
{
    const Divider divider(layer, copies, turns, shape);
    const std::vector<Run> runs = divider.cover();
    int column = 0;
    for (const Run& run : runs) {
        const auto rows = divider.deal(run);
        for (std::size_t g = run.begin; g < run.end; ++g)
            copies.groups[g].share = {rows[g - run.begin], program::range(column, column + run.width)};
        column += run.width;
    }
    return !runs.empty();
}

void divide_evenly(const Workload& layer, Copies& copies, double turns, CopyShape shape)
{
    double low = 0.0, high = turns;
    while (high - low > 0.5 / copies.count()) { // finer than a position more or less
        const double middle = 0.5 * (low + high);
        (divide(layer, copies, middle, shape) ? high : low) = middle;
    }
    divide(layer, copies, high, shape);
}

double interval_of(const Workload& layer, const Copies& copies)
{
    double most = copies.positions() * layer.cycles_each;
    for (const CopyGroup& group : copies.groups)
        most = std::max(most, static_cast<double>(group.share.tokens()) * layer.cycles_shared);
    return most;
}

} // namespace imc::mapping
