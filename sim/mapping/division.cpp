#include "sim/mapping/division.h"

#include <algorithm>
#include <utility>

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

/// Looks for a division among groups, of which more and more may come: what it knows of the first ones it keeps.
class Divider
{
public:
    Divider(const Workload& layer, CopyShape shape) : layer_(layer), strips_(shape == CopyShape::strips || layer.strips)
    {
    }

    /// Whether no group needs more than `turns` times a copy's time per position in some division: runs cover all
    /// columns, as many runs as possible, as narrow strips take less room than dealt-out rows.
    bool cover(const std::vector<CopyGroup>& groups, double turns)
    {
        if (const std::size_t longest = longest_of(groups.size()); turns != turns_ || longest != longest_) {
            forget(0);
            turns_ = turns;
            longest_ = longest;
        }
        forget(static_cast<std::size_t>(
            std::mismatch(counts_.begin(), counts_.end(), groups.begin(), groups.end(),
                          [](int count, const CopyGroup& group) { return count == group.count; })
                .first -
            counts_.begin()));
        for (std::size_t g = counts_.size(); g < groups.size(); ++g)
            add(groups[g].count);
        if (room_before_.back() < layer_.positions())
            return false;
        while (best_.size() <= counts_.size())
            best_.push_back(reach(best_.size()));
        return best_.back().width >= layer_.width;
    }

    /// Turns that the groups would take if the map could be divided at will.
    double least_turns() const
    {
        double together = 0.0;
        for (const double speed : speeds_)
            together += speed;
        return static_cast<double>(layer_.positions()) / together;
    }

    /// Those that cover found.
    std::vector<Run> runs() const
    {
        std::vector<Run> runs;
        int columns = 0;
        for (std::size_t end = counts_.size(); end > 0; end = runs.back().begin) {
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
                const bool full = static_cast<std::int64_t>(more) * run.width > room_of(speeds_[run.begin + g]);
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
    /// Groups that are equally fast.
    struct Kind {
        double speed = 1.0;
        std::vector<std::int64_t> rows;   ///< of each width that such a group gets done
        std::vector<std::int64_t> before; ///< how many there are before each group, and in all
    };

    /// The runs that cover most columns with the groups up to one.
    struct Best {
        int width = -1, runs = 0;
        Run last;
    };

    std::int64_t room_of(double speed) const { return static_cast<std::int64_t>(speed * turns_ + 1e-9); }

    /// Groups that may share a strip: more only make sense where there are fewer columns than groups.
    std::size_t longest_of(std::size_t groups) const
    {
        if (strips_ && groups <= static_cast<std::size_t>(layer_.width))
            return 1;
        const std::int64_t each = ceil_div(static_cast<std::int64_t>(groups), layer_.width);
        return std::min(static_cast<std::size_t>(layer_.height),
                        std::max<std::size_t>(16, 2 * static_cast<std::size_t>(each)));
    }

    /// All but the first groups.
    void forget(std::size_t first)
    {
        counts_.resize(first);
        speeds_.resize(first);
        room_before_.resize(first + 1);
        best_.resize(std::min(best_.size(), first + 1));
        for (Kind& kind : kinds_)
            kind.before.resize(first + 1);
        std::erase_if(kinds_, [](const Kind& kind) { return kind.before.back() == 0; });
    }

    void add(int count)
    {
        const double speed = speed_of(layer_, count);
        auto own = std::find_if(kinds_.begin(), kinds_.end(), [&](const Kind& kind) { return kind.speed == speed; });
        if (own == kinds_.end()) {
            Kind kind{speed, std::vector<std::int64_t>(static_cast<std::size_t>(layer_.width) + 1, 0),
                      std::vector<std::int64_t>(counts_.size() + 1, 0)};
            const std::int64_t positions = room_of(speed);
            for (std::int64_t width = std::min<std::int64_t>(positions, layer_.width); width > 0; --width)
                kind.rows[static_cast<std::size_t>(width)] = positions / width;
            own = kinds_.insert(own, std::move(kind));
        }
        for (Kind& kind : kinds_)
            kind.before.push_back(kind.before.back());
        ++own->before.back();
        counts_.push_back(count);
        speeds_.push_back(speed);
        room_before_.push_back(room_before_.back() + room_of(speed));
    }

    /// With one more run that ends there; of equally good ones the longest.
    Best reach(std::size_t end) const
    {
        Best best;
        int width = 0;
        const std::size_t most = std::min(longest_, static_cast<std::size_t>(layer_.height));
        const std::size_t first = end - std::min(end, most);
        for (std::size_t begin = end; begin-- > first;) {
            while (width < layer_.width && rows_served(begin, end, width + 1) >= layer_.height)
                ++width;
            while (width > 0 && rows_served(begin, end, width) < layer_.height)
                --width; // a group too slow for a row of this width has joined
            if (width == 0 || best_[begin].width < 0)
                continue;
            const int covered = std::min(layer_.width, best_[begin].width + width), runs = best_[begin].runs + 1;
            if (runs <= layer_.width && (covered > best.width || (covered == best.width && runs >= best.runs)))
                best = {covered, runs, {begin, end, width}};
        }
        return best;
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
    bool strips_;
    double turns_ = 0.0;
    std::size_t longest_ = 0;                     ///< groups that may share a strip
    std::vector<int> counts_;                     ///< of copies of each group
    std::vector<double> speeds_;                  ///< of each group
    std::vector<std::int64_t> room_before_ = {0}; ///< positions that the groups before each one get done
    std::vector<Kind> kinds_;
    std::vector<Best> best_ = {{0, 0, {}}}; ///< for the first groups, as far as it was asked for
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
    Divider divider(layer, shape);
    if (!divider.cover(copies.groups, turns))
        return false;
    share_out(divider, copies);
    return true;
}

std::function<bool(const Copies&)> division(const Workload& layer, double turns, CopyShape shape)
{
    return [divider = Divider(layer, shape), turns](const Copies& copies) mutable {
        return divider.cover(copies.groups, turns);
    };
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
    Divider divider(layer, shape);
    const auto cover = [&](double within) { return divider.cover(copies.groups, within); };
    if (!cover(turns))
        return false;
    double low = divider.least_turns() * (1.0 - 1e-12), high = turns;
    const double fine = 0.5 / copies.count(); // finer than a position more or less
    if (low + fine < high && !cover(low + fine))
        for (low += fine; high - low > fine;) {
            const double middle = 0.5 * (low + high);
            (cover(middle) ? high : low) = middle;
        }
    else
        high = std::min(low + fine, high);
    cover(high);
    share_out(divider, copies);
    return true;
}

} // namespace imc::mapping
