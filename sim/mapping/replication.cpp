#include "sim/mapping/replication.h"

#include <algorithm>
#include <cmath>
#include <functional>
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

/// The slowest layer with one copy each, and with a copy for each position.
std::pair<double, double> extremes(const std::vector<Workload>& layers)
{
    double low = 0.0, high = 0.0;
    for (const Workload& layer : layers) {
        high = std::max(high, alone(layer));
        low = std::max(low, layer.cycles_each);
    }
    return {low, high};
}

/// Layers put on tiles one after another, each with the fewest copies that do. Copies on a tile share its ports and
/// units: a tile takes no more of them than these can serve in time; what is left of it goes to later layers.
class Packing
{
public:
    Packing(const std::vector<Workload>& layers, const ArrayLayout& layout, const Options& options)
        : layers_(layers), layout_(layout), options_(options)
    {
    }

    /// Each layer within so many cycles, on at most `most` tiles.
    bool pack(double cycles, std::int64_t most)
    {
        return pack(cycles, most, [&](const Workload& layer) { return cycles / layer.cycles_each; });
    }
    /// Copies with at most so many positions; 0: one copy.
    void pack_positions(std::int64_t positions)
    {
        pack(std::numeric_limits<double>::infinity(), std::int64_t{1} << 40,
             [&](const Workload& layer) { return static_cast<double>(positions > 0 ? positions : layer.positions()); });
    }

    std::vector<Copies> copies;
    std::int64_t tiles() const { return static_cast<std::int64_t>(used_.size()); }
    double interval() const { return interval_; }

private:
    bool pack(double cycles, std::int64_t most, const std::function<double(const Workload&)>& turns_of)
    {
        for (Workload layer : layers_) {
            if (std::isinf(cycles))
                layer.cycles_shared = 0.0; // so many copies as asked for, however slow the tile makes them
            copies.push_back(Copies::one(layer.height, layer.width));
            if (layer.arrays > 0 && !add(layer, turns_of(layer), cycles, most))
                return false;
        }
        for (const double load : load_)
            interval_ = std::max(interval_, load);
        for (std::size_t l = 0; l < layers_.size(); ++l)
            if (layers_[l].arrays > 0)
                interval_ = std::max(interval_, interval_of(layers_[l], copies[l]));
        return true;
    }

    bool add(const Workload& layer, double turns, double cycles, std::int64_t most)
    {
        const auto positions = static_cast<double>(layer.positions());
        turns = std::min(turns, positions);
        Copies& chosen = copies.back();
        chosen.groups.clear();
        tile_ = options_.share_tiles ? full_ : tiles();
        const double load = turns * layer.cycles_shared;
        const auto fewest = static_cast<std::int64_t>(std::ceil(positions / turns - 1e-9));
        for (std::int64_t n = 1; n <= layer.positions(); ++n) {
            add_copy(layer, load, cycles, chosen);
            if (tiles() > most)
                return false;
            if (n >= fewest && divide(layer, chosen, turns, options_.copy_shape)) {
                divide_evenly(layer, chosen, turns, options_.copy_shape);
                settle(layer, chosen);
                return true;
            }
        }
        return false;
    }

    /// On the first tile that has room and time, or on what is left of the next tiles.
    void add_copy(const Workload& layer, double load, double cycles, Copies& chosen)
    {
        std::vector<Segment> place;
        for (std::int64_t left = layer.arrays; left > 0; ++tile_) {
            if (tile_ == tiles()) {
                used_.push_back(0);
                load_.push_back(0.0);
            }
            const auto t = static_cast<std::size_t>(tile_);
            const std::int64_t free = layout_.tile - used_[t];
            if (free == 0 || (load_[t] > 0.0 && load_[t] + load > cycles))
                continue;
            const std::int64_t taken = std::min(free, left);
            place.push_back({tile_, used_[t], taken});
            used_[t] += taken;
            load_[t] += load;
            left -= taken;
            if (left == 0)
                break; // the next copy may lie on this tile, too
        }
        const bool whole = place.size() == 1 && layer.arrays % layout_.core == 0;
        CopyGroup* last = chosen.groups.empty() ? nullptr : &chosen.groups.back();
        if (whole && last && last->place.size() == 1 && last->place[0].tile == place[0].tile)
            ++last->count;
        else
            chosen.groups.push_back({1, {}, std::move(place)});
    }

    /// From what the tiles must be able to do to what they do.
    void settle(const Workload& layer, const Copies& chosen)
    {
        while (full_ < tiles() && used_[static_cast<std::size_t>(full_)] == layout_.tile)
            ++full_;
        for (const CopyGroup& group : chosen.groups)
            for (const Segment& segment : group.place)
                done_.push_back({segment.tile, static_cast<double>(group.share.tokens()) * layer.cycles_shared});
        load_.assign(load_.size(), 0.0);
        for (const auto& [tile, cycles] : done_)
            load_[static_cast<std::size_t>(tile)] += cycles;
    }

    const std::vector<Workload>& layers_;
    const ArrayLayout& layout_;
    const Options& options_;
    std::vector<std::int64_t> used_;                    ///< arrays of each tile
    std::vector<double> load_;                          ///< cycles that each tile's ports and units are busy
    std::vector<std::pair<std::int64_t, double>> done_; ///< by settled layers: tile, cycles
    std::int64_t tile_ = 0;                             ///< that the next copy is tried on
    std::int64_t full_ = 0;                             ///< tiles before this one have no array left
    double interval_ = 0.0;
};

} // namespace

double interval_bound(const std::vector<Workload>& layers, std::int64_t arrays_per_tile, std::int64_t budget)
{
    const double room = static_cast<double>(budget) * static_cast<double>(arrays_per_tile);
    const auto [low, high] = extremes(layers);
    return least(low, high, [&](double interval) {
        double arrays = 0.0;
        for (const Workload& layer : layers)
            arrays += static_cast<double>(layer.arrays) * std::max(1.0, alone(layer) / interval);
        return arrays <= room;
    });
}

double least_interval(const std::vector<Workload>& layers, std::int64_t arrays_per_tile, std::int64_t budget)
{
    const auto [low, high] = extremes(layers);
    return least(low, high, [&](double interval) {
        std::int64_t arrays = 0;
        for (const Workload& layer : layers)
            if (layer.arrays > 0)
                arrays += layer.arrays * static_cast<std::int64_t>(std::ceil(alone(layer) / interval - 1e-9));
        return arrays <= budget * arrays_per_tile;
    });
}

ReplicationPlan plan_replication(const std::vector<Workload>& layers, const ArrayLayout& layout, std::int64_t budget,
                                 const Options& options)
{
    const bool balanced = options.replication == Replication::balanced;
    Options sharing = options;
    sharing.share_tiles = options.share_tiles || (balanced && !options.keep_apart);
    Packing apart(layers, layout, options), shared(layers, layout, sharing);
    apart.pack_positions(options.positions_per_copy);
    shared.pack_positions(options.positions_per_copy);
    Packing& once = budget > 0 && apart.tiles() > budget ? shared : apart;
    budget = std::max(budget, once.tiles());
    std::int64_t tiles = once.tiles();
    double interval = once.interval();
    std::vector<Copies> copies = std::move(once.copies);
    if (balanced) {
        const auto try_within = [&](double cycles) {
            Packing tried(layers, layout, sharing);
            if (!tried.pack(cycles, budget) || tried.interval() >= interval)
                return false;
            copies = std::move(tried.copies);
            tiles = tried.tiles();
            interval = tried.interval();
            return true;
        };
        // The least interval whose copies fit, by bisection; every try is what the copies really reach.
        const double least = least_interval(layers, layout.tile, budget);
        double low = least;
        if (!try_within(low))
            for (int step = 0; step < 40 && interval - low > 0.5; ++step) {
                const double middle = 0.5 * (low + interval);
                if (!try_within(middle))
                    low = middle;
            }
        // Where tiles end decides, too: a shorter interval may fit where a longer one did not.
        constexpr int tries = 24;
        for (int i = 1; i < tries && interval > 1.01 * least; ++i)
            try_within(least + (interval - least) * i / tries);
        return {std::move(copies), tiles, interval, least, interval_bound(layers, layout.tile, budget)};
    }
    return {std::move(copies), tiles, interval, interval, interval};
}

} // namespace imc::mapping
