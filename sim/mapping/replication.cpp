#include "sim/mapping/replication.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <limits>
#include <utility>

namespace imc::mapping
{

namespace
{

double alone(const Workload& layer) { return static_cast<double>(layer.positions()) * layer.cycles_each; }

/// The least T in [low, high] that `fits`, which holds for high.
double least(double low, double high, const std::function<bool(double)>& fits)
{
    if (low <= 0.0 || fits(low))
        return low;
    for (int step = 0; step < 200 && high - low > 1e-9 * high; ++step) {
        const double middle = 0.5 * (low + high);
        (fits(middle) ? high : low) = middle;
    }
    return high;
}

/// Tiles that hold so many arrays of each type and whose ports and units do what is done there in `interval` cycles.
bool there_are(const IdVector<TileTypeId, double>& arrays, const std::vector<Workload>& layers,
               const ArrayLayouts& types, std::int64_t budget, double interval, bool whole)
{
    IdVector<TileTypeId, StageCycles> in_all(types.size());
    for (const Workload& layer : layers)
        in_all[layer.type] += layer.in_all * static_cast<double>(layer.positions());
    double sum = 0.0;
    for (std::size_t t = 0; t < types.size(); ++t) {
        const TileTypeId type(t);
        if (arrays[type] == 0.0)
            continue;
        double tiles = std::max(arrays[type] / static_cast<double>(types[type].tile), in_all[type].most() / interval);
        if (whole)
            tiles = std::ceil(tiles * (1.0 - 1e-12));
        if (tiles > static_cast<double>(types[type].most))
            return false;
        sum += tiles;
    }
    return sum <= static_cast<double>(budget);
}

enum class Counted {
    at_will,  ///< copies and tiles are real numbers
    whole,    ///< they are whole
    products, ///< and so are their shares
};

double copies_for(const Workload& layer, const ArrayLayout& type, double interval, Counted counted)
{
    const double copies = std::max(1.0, alone(layer) / interval);
    if (counted == Counted::at_will)
        return copies;
    const auto whole = static_cast<std::int64_t>(std::ceil(copies - 1e-9));
    const bool each_by_itself = 2 * layer.arrays > type.tile; // no tile holds two
    if (counted == Counted::whole || !each_by_itself || interval < layer.cycles_each)
        return static_cast<double>(whole);
    return static_cast<double>(
        std::max(whole, least_products(layer.height, layer.width,
                                       static_cast<std::int64_t>(interval / layer.cycles_each * (1.0 + 1e-12)))));
}

double least_interval(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget,
                      Counted counted)
{
    double one_position = 1.0, slowest = 0.0;
    StageCycles in_all;
    for (const Workload& layer : layers) {
        one_position = std::max(one_position, layer.cycles_each);
        slowest = std::max(slowest, alone(layer));
        in_all += layer.in_all * static_cast<double>(layer.positions());
    }
    return least(one_position, std::max(slowest, in_all.most()), [&](double interval) {
        IdVector<TileTypeId, double> arrays(types.size(), 0.0);
        for (const Workload& layer : layers)
            if (layer.arrays > 0)
                arrays[layer.type] +=
                    static_cast<double>(layer.arrays) * copies_for(layer, types[layer.type], interval, counted);
        return there_are(arrays, layers, types, budget, interval, counted != Counted::at_will);
    });
}

/// Up to so many products a map falls apart along one axis. Where each lacks some row and some column, there are at
/// least four (Alon, Bohman, Holzman, Kleitman, Discrete Math. 257, 2002), and of four two cover each row and two each
/// column: they are a cross. Else one has all rows or all columns, and what is left is a product again.
constexpr std::int64_t most_cut = 4;

/// Whether cuts along one axis after another divide a map into `parts` of at most `most` positions each.
bool can_cut(int height, int width, std::int64_t most, int parts)
{
    if (static_cast<std::int64_t>(height) * width > most * parts)
        return false;
    if (parts == 1)
        return true;
    const auto along = [&](int length, int across) {
        for (int first = 1; first <= parts / 2; ++first) {
            int cut = static_cast<int>(std::min<std::int64_t>(most * first / across, length - 1));
            while (cut > 0 && !can_cut(cut, across, most, first))
                --cut; // the more the first ones take, the less is left
            if (cut > 0 && can_cut(length - cut, across, most, parts - first))
                return true;
        }
        return false;
    };
    return static_cast<std::int64_t>(height) * width <= most || along(height, width) || along(width, height);
}

} // namespace

double relaxed_interval(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget)
{
    return least_interval(layers, types, budget, Counted::at_will);
}

double interval_bound(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget)
{
    return least_interval(layers, types, budget, Counted::whole);
}

double shares_bound(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget)
{
    return least_interval(layers, types, budget, Counted::products);
}

std::int64_t least_products(int height, int width, std::int64_t most)
{
    std::int64_t largest = 0; // share of so many positions at most
    for (std::int64_t rows = 1; rows <= std::min<std::int64_t>(height, most); ++rows)
        largest = std::max(largest, rows * std::min<std::int64_t>(width, most / rows));
    const std::int64_t positions = static_cast<std::int64_t>(height) * width;
    std::int64_t least = (positions + largest - 1) / largest;
    while (least <= most_cut && !can_cut(height, width, most, static_cast<int>(least)))
        ++least;
    return least;
}

namespace
{

/// Looks for the copies whose slowest layer or tile is fastest. Every try is what the copies really reach.
class Search
{
public:
    Search(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget, CopyShape shape,
           double lowest, ReplicationPlan& best)
        : layers_(layers), types_(types), budget_(budget), shape_(shape), lowest_(lowest), best_(best)
    {
    }

    void in_order()
    {
        bisect(in_order_, 40, 0.5);
        // Where tiles end decides, too: a shorter interval may fit where a longer one did not.
        for_each_between(24, 1.01, [&](double cycles) { try_within(cycles, in_order_); });
    }

    void evenly(std::initializer_list<double> parts, bool hasty)
    {
        for (const double part : parts) {
            if (!is_above(1.05))
                return;
            bisect(part, 8, 0.005 * lowest_);
            if (!hasty)
                for_each_between(8, 1.05, [&](double cycles) { try_within(cycles, part); });
        }
    }

    /// Layers in orders that chance changes a little.
    void by_chance(std::int64_t tries)
    {
        RandomStream random(1, "packing"); // the same for all: a mapping does not depend on the seed of a run
        for (std::int64_t i = 0; i < tries && is_above(close); ++i) {
            const double part = std::exp(-0.5 * random.uniform());
            try_within(lowest_ * (close - 0.05 * random.uniform()), part, &random);
        }
    }

private:
    static constexpr double in_order_ = 0.0; ///< instead of a part of a tile
    static constexpr double close = 1.10;    ///< to the lowest interval

    bool is_above(double times) const { return best_.interval > times * lowest_; }

    /// Copies that take no more than so many cycles, kept if they are the fastest.
    bool try_within(double cycles, double part, RandomStream* random = nullptr)
    {
        Packing tried(layers_, types_, shape_, true);
        if (!(part == in_order_ ? tried.in_order(cycles, budget_) : tried.evenly(cycles, budget_, part, random)))
            return false;
        const double interval = tried.interval();
        if (interval >= best_.interval)
            return false;
        best_.copies = std::move(tried.copies);
        best_.tiles = std::move(tried.tile_types);
        best_.interval = interval;
        return true;
    }

    void bisect(double part, int steps, double fine)
    {
        double low = lowest_;
        if (try_within(low, part))
            return;
        for (int step = 0; step < steps && best_.interval - low > fine; ++step) {
            const double middle = 0.5 * (low + best_.interval);
            if (!try_within(middle, part))
                low = middle;
        }
    }

    template <class Try> void for_each_between(int parts, double good_enough, const Try& try_one)
    {
        for (int i = 1; i < parts && is_above(good_enough); ++i)
            try_one(lowest_ + (best_.interval - lowest_) * i / parts);
    }

    const std::vector<Workload>& layers_;
    const ArrayLayouts& types_;
    std::int64_t budget_;
    CopyShape shape_;
    double lowest_;
    ReplicationPlan& best_;
};

} // namespace

ReplicationPlan plan_replication(const std::vector<Workload>& layers, const ArrayLayouts& given, std::int64_t budget,
                                 const Options& options, double least, Spreading spreading)
{
    ArrayLayouts types = given;
    const bool balanced = options.replicates();
    const CopyShape shape = options.copy_shape;
    Packing apart(layers, types, shape, options.share_tiles),
        shared(layers, types, shape, options.share_tiles || balanced);
    apart.by_positions(options.positions_per_copy);
    shared.by_positions(options.positions_per_copy);
    Packing& once = apart.within(budget > 0 ? budget : Packing::unlimited) ? apart : shared;
    if (balanced && budget == 0) // no more tiles than without, nor of any type
        for (std::size_t t = 0; t < types.size(); ++t)
            types[TileTypeId(t)].most = std::min(types[TileTypeId(t)].most, once.of_type(TileTypeId(t)));
    budget = std::max(budget, once.tiles());
    const double unreplicated = once.interval();
    ReplicationPlan plan{std::move(once.copies), std::move(once.tile_types), unreplicated, unreplicated, unreplicated};
    if (!balanced)
        return plan;
    plan.bound = shares_bound(layers, types, budget);
    plan.relaxed = relaxed_interval(layers, types, budget);
    Search search(layers, types, budget, shape, std::max(plan.bound, least), plan);
    if (budget == 0) // nothing lies on arrays
        return plan;
    search.in_order();
    if (spreading == Spreading::none)
        return plan;
    constexpr std::int64_t large = 512; // tiles: what is left over at their ends matters less
    const bool hasty = spreading == Spreading::hasty || budget > large;
    if (hasty)
        search.evenly({0.25}, hasty);
    else
        search.evenly({1.0, 0.5, 0.34, 0.25, 0.17, 0.12, 0.08}, hasty);
    search.by_chance(hasty ? 10 : std::min<std::int64_t>(400, 6400 / budget)); // of about the same time
    return plan;
}

} // namespace imc::mapping
