#include "sim/mapping/division.h"

#include <algorithm>

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
    Divider(const Workload& layer, const Copies& copies, CopyShape shape) : layer_(layer)
    {
        const std::vector<CopyGroup>& groups = copies.groups;
        std::vector<int> counts;
        for (const CopyGroup& group : groups) {
            if (std::find(counts.begin(), counts.end(), group.count) == counts.end())
                counts.push_back(group.count);
            speeds_.push_back(speed_of(layer, group.count));
            together_ += speeds_.back();
        }
        rooms_.resize(groups.size());
        for (const int count : counts) {
            Kind kind{speed_of(layer, count), {}, std::vector<std::int64_t>(groups.size() + 1, 0)};
            for (std::size_t g = 0; g < groups.size(); ++g)
                kind.before[g + 1] = kind.before[g] + (groups[g].count == count);
            kinds_.push_back(std::move(kind));
        }
        const auto height = static_cast<std::size_t>(layer.height);
        const bool columns_suffice = groups.size() <= static_cast<std::size_t>(layer.width);
        if ((shape == CopyShape::strips || layer.strips) && columns_suffice)
            longest_ = 1;
        else // more only make sense where there are fewer columns than groups
            longest_ = std::min(
                height, std::max<std::size_t>(16, 2 * static_cast<std::size_t>(ceil_div(
                                                          static_cast<std::int64_t>(groups.size()), layer.width))));
    }

    /// Turns that the groups would take if the map could be divided at will.
    double least_turns() const { return static_cast<double>(layer_.positions()) / together_; }

    /// Whether no group needs more than `turns` times a copy's time per position in some division: runs cover all
    /// columns, as many runs as possible, as narrow strips take less room than dealt-out rows.
    bool cover(double turns)
    {
        std::int64_t room = 0;
        for (std::size_t g = 0; g < speeds_.size(); ++g)
            room += rooms_[g] = room_of(speeds_[g], turns);
        if (room < layer_.positions())
            return false;
        for (Kind& kind : kinds_) {
            kind.rows.assign(static_cast<std::size_t>(layer_.width) + 1, 0);
            const std::int64_t positions = room_of(kind.speed, turns);
            for (std::int64_t width = std::min<std::int64_t>(positions, layer_.width); width > 0; --width)
                kind.rows[static_cast<std::size_t>(width)] = positions / width;
        }
        best_.assign(rooms_.size() + 1, {});
        best_[0].width = 0;
        for (std::size_t begin = 0; begin < rooms_.size(); ++begin)
            if (best_[begin].width >= 0)
                extend(begin);
        return best_.back().width >= layer_.width;
    }

    /// Those that cover found.
    std::vector<Run> runs() const
    {
        std::vector<Run> runs;
        int columns = 0;
        for (std::size_t end = rooms_.size(); end > 0; end = runs.back().begin) {
            runs.push_back(best_[end].last);
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
        double speed = 1.0;
        std::vector<std::int64_t> rows;   ///< of each width that such a group gets done
        std::vector<std::int64_t> before; ///< how many there are before each group
    };

    /// The runs that cover most columns with the groups up to one.
    struct Best {
        int width = -1, runs = 0;
        Run last;
    };

    static std::int64_t room_of(double speed, double turns) { return static_cast<std::int64_t>(speed * turns + 1e-9); }

    /// By one more run.
    void extend(std::size_t begin)
    {
        int width = 0;
        const std::size_t most =
            std::min({rooms_.size(), begin + longest_, begin + static_cast<std::size_t>(layer_.height)});
        for (std::size_t end = begin + 1; end <= most; ++end) {
            while (width < layer_.width && rows_served(begin, end, width + 1) >= layer_.height)
                ++width;
            while (width > 0 && rows_served(begin, end, width) < layer_.height)
                --width; // a group too slow for a row of this width has joined
            if (width == 0)
                continue;
            const int covered = std::min(layer_.width, best_[begin].width + width), runs = best_[begin].runs + 1;
            Best& target = best_[end];
            if (runs <= layer_.width && (covered > target.width || (covered == target.width && runs > target.runs)))
                target = {covered, runs, {begin, end, width}};
        }
    }

    /// Rows of `width` columns that some groups get done; none if one of them does not manage a single row.
    std::int64_t rows_served(std::size_t begin, std::size_t end, int width) const
    {
        std::int64_t rows = 0;
        for (const Kind& kind : kinds_) {
            const std::int64_t groups = kind.before[end] - kind.before[begin];
            const std::int64_t each = kind.rows[static_cast<std::size_t>(width)];
            if (groups > 0 && each < 1)
                return 0;
            rows += groups * each;
        }
        return rows;
    }

    const Workload& layer_;
    double together_ = 0.0;           ///< the groups' speeds
    std::vector<double> speeds_;      ///< of each group
    std::vector<std::int64_t> rooms_; ///< positions that each group gets done
    std::vector<Kind> kinds_;
    std::vector<Best> best_;  ///< for the first groups
    std::size_t longest_ = 1; ///< groups that may share a strip
};

void share_out(const Divider& divider, Copies& copies)
{
    int column = 0;
    for (const Run& run : divider.runs()) {
        const auto rows = divider.deal(run);
        for (std::size_t g = run.begin; g < run.end; ++g)
            copies.groups[g].share = {rows[g - run.begin], program::range(column, column + run.width)};
        column += run.width;
    }
}

} // namespace

bool divide(const Workload& layer, Copies& copies, double turns, CopyShape shape)
{
    Divider divider(layer, copies, shape);
    if (!divider.cover(turns))
        return false;
    share_out(divider, copies);
    return true;
}

bool divides(const Workload& layer, const Copies& copies, double turns, CopyShape shape)
{
    return Divider(layer, copies, shape).cover(turns);
}

std::vector<double> even_shares(const Workload& layer, const Copies& copies)
{
    std::vector<double> shares;
    double together = 0.0;
    for (const CopyGroup& group : copies.groups)
        together += shares.emplace_back(speed_of(layer, group.count));
    for (double& share : shares)
        share *= static_cast<double>(layer.positions()) / together;
    return shares;
}

bool divide_evenly(const Workload& layer, Copies& copies, double turns, CopyShape shape)
{
    Divider divider(layer, copies, shape);
    if (!divider.cover(turns))
        return false;
    double low = divider.least_turns() * (1.0 - 1e-12), high = turns;
    const double fine = 0.5 / copies.count(); // finer than a position more or less
    if (low + fine < high && !divider.cover(low + fine))
        for (low += fine; high - low > fine;) {
            const double middle = 0.5 * (low + high);
            (divider.cover(middle) ? high : low) = middle;
        }
    else
        high = std::min(low + fine, high);
    divider.cover(high);
    share_out(divider, copies);
    return true;
}

} // namespace imc::mapping
