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

constexpr std::int64_t unlimited = std::int64_t{1} << 40;

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

/// What all tiles' ports and units together need if each layer has a copy for each position, and the slowest layer
/// with one copy each.
std::pair<double, double> extremes(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget)
{
    double low = 0.0, high = 0.0;
    IdVector<TileTypeId, StageCycles> in_all(types.size());
    for (const Workload& layer : layers) {
        high = std::max(high, alone(layer));
        low = std::max(low, layer.cycles_each);
        in_all[layer.type] += layer.in_all * static_cast<double>(layer.positions());
    }
    for (std::size_t t = 0; t < types.size(); ++t) {
        const std::int64_t tiles = std::min(budget, types[TileTypeId(t)].most);
        low = std::max(low, in_all[TileTypeId(t)].most() / static_cast<double>(std::max<std::int64_t>(1, tiles)));
    }
    return {low, std::max(low, high)};
}

/// Layers put on tiles one after another, each with the fewest copies that do. Copies on a tile share its ports and
/// units: a tile takes no more of them than these can serve in time; what is left of it goes to later layers.
class Packing
{
public:
    Packing(const std::vector<Workload>& layers, const ArrayLayouts& types, const Options& options)
        : layers_(layers), types_(types), options_(options), of_type_(types.size(), 0), full_(types.size(), 0)
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
        pack(std::numeric_limits<double>::infinity(), unlimited,
             [&](const Workload& layer) { return static_cast<double>(positions > 0 ? positions : layer.positions()); });
    }

    std::vector<Copies> copies;
    std::vector<TileTypeId> tile_types;
    std::int64_t tiles() const { return static_cast<std::int64_t>(used_.size()); }
    /// In so many tiles, of each type no more than there may be.
    bool within(std::int64_t most) const
    {
        bool fits = tiles() <= most;
        for (std::size_t t = 0; t < types_.size(); ++t)
            fits = fits && of_type_[TileTypeId(t)] <= types_[TileTypeId(t)].most;
        return fits;
    }
    std::int64_t of_type(TileTypeId type) const { return of_type_[type]; }
    double interval() const { return interval_; }

private:
    bool pack(double cycles, std::int64_t most, const std::function<double(const Workload&)>& turns_of)
    {
        for (Workload layer : layers_) {
            if (std::isinf(cycles))
                layer.cycles_shared = 0.0, layer.on_tile = {}; // as many copies as asked for, however slow
            copies.push_back(Copies::one(layer.height, layer.width));
            if (layer.arrays > 0 && !add(layer, turns_of(layer), cycles, most))
                return false;
        }
        for (const StageCycles& load : load_)
            interval_ = std::max(interval_, load.most());
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
        tile_ = options_.share_tiles ? full_[layer.type] : tiles();
        const StageCycles load = layer.on_tile * turns;
        const auto fewest = static_cast<std::int64_t>(std::ceil(positions / turns - 1e-9));
        for (std::int64_t n = 1; n <= layer.positions(); ++n) {
            add_copy(layer, load, cycles, chosen);
            if (most != unlimited && !within(most))
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
    void add_copy(const Workload& layer, const StageCycles& load, double cycles, Copies& chosen)
    {
        const ArrayLayout& layout = types_[layer.type];
        std::vector<Segment> place;
        for (std::int64_t left = layer.arrays; left > 0; ++tile_) {
            if (tile_ == tiles()) {
                used_.push_back(0);
                load_.push_back({});
                tile_types.push_back(layer.type);
                ++of_type_[layer.type];
            }
            const auto t = static_cast<std::size_t>(tile_);
            const std::int64_t free = layout.tile - used_[t];
            StageCycles both = load_[t];
            both += load;
            if (tile_types[t] != layer.type || free == 0 || (load_[t].most() > 0.0 && both.most() > cycles))
                continue;
            const std::int64_t taken = std::min(free, left);
            place.push_back({tile_, used_[t], taken});
            used_[t] += taken;
            load_[t] += load;
            left -= taken;
            if (left == 0)
                break; // the next copy may lie on this tile, too
        }
        const bool whole = place.size() == 1 && layer.arrays % layout.core == 0;
        CopyGroup* last = chosen.groups.empty() ? nullptr : &chosen.groups.back();
        if (whole && last && last->place.size() == 1 && last->place[0].tile == place[0].tile)
            ++last->count;
        else
            chosen.groups.push_back({1, {}, std::move(place)});
    }

    /// From what the tiles must be able to do to what they do.
    void settle(const Workload& layer, const Copies& chosen)
    {
        std::int64_t& full = full_[layer.type];
        const auto passed = [&](std::size_t t) {
            return tile_types[t] != layer.type || used_[t] == types_[layer.type].tile;
        };
        while (full < tiles() && passed(static_cast<std::size_t>(full)))
            ++full;
        for (const CopyGroup& group : chosen.groups)
            for (const Segment& segment : group.place)
                done_.push_back({segment.tile, layer.on_tile * static_cast<double>(group.share.tokens())});
        load_.assign(load_.size(), {});
        for (const auto& [tile, cycles] : done_)
            load_[static_cast<std::size_t>(tile)] += cycles;
    }

    const std::vector<Workload>& layers_;
    const ArrayLayouts& types_;
    const Options& options_;
    IdVector<TileTypeId, std::int64_t> of_type_;             ///< tiles
    std::vector<std::int64_t> used_;                         ///< arrays of each tile
    std::vector<StageCycles> load_;                          ///< cycles that each tile's ports and units are busy
    std::vector<std::pair<std::int64_t, StageCycles>> done_; ///< by settled layers: tile, cycles
    std::int64_t tile_ = 0;                                  ///< that the next copy is tried on
    IdVector<TileTypeId, std::int64_t> full_;                ///< tiles of the type before this one have no array left
    double interval_ = 0.0;
};

/// So many arrays of each type in so many tiles, if tiles could be split.
bool there_are(const IdVector<TileTypeId, double>& arrays, const ArrayLayouts& types, std::int64_t budget)
{
    double tiles = 0.0;
    for (std::size_t t = 0; t < types.size(); ++t) {
        const ArrayLayout& type = types[TileTypeId(t)];
        const auto each = static_cast<double>(type.tile);
        if (arrays[TileTypeId(t)] > static_cast<double>(std::min(budget, type.most)) * each)
            return false;
        tiles += arrays[TileTypeId(t)] / each;
    }
    return types.size() == 1 || tiles <= static_cast<double>(budget);
}

} // namespace

double relaxed_interval(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget)
{
    const auto [low, high] = extremes(layers, types, budget);
    return least(low, high, [&](double interval) {
        IdVector<TileTypeId, double> arrays(types.size(), 0.0);
        for (const Workload& layer : layers)
            arrays[layer.type] += static_cast<double>(layer.arrays) * std::max(1.0, alone(layer) / interval);
        return there_are(arrays, types, budget);
    });
}

double interval_bound(const std::vector<Workload>& layers, const ArrayLayouts& types, std::int64_t budget)
{
    const auto [low, high] = extremes(layers, types, budget);
    return least(low, high, [&](double interval) {
        IdVector<TileTypeId, double> arrays(types.size(), 0.0);
        for (const Workload& layer : layers)
            if (layer.arrays > 0)
                arrays[layer.type] += static_cast<double>(layer.arrays) * std::ceil(alone(layer) / interval - 1e-9);
        return there_are(arrays, types, budget);
    });
}

ReplicationPlan plan_replication(const std::vector<Workload>& layers, const ArrayLayouts& given, std::int64_t budget,
                                 const Options& options)
{
    ArrayLayouts types = given;
    const bool balanced = options.replication == Replication::balanced;
    Options sharing = options;
    sharing.share_tiles = options.share_tiles || (balanced && !options.keep_apart);
    Packing apart(layers, types, options), shared(layers, types, sharing);
    apart.pack_positions(options.positions_per_copy);
    shared.pack_positions(options.positions_per_copy);
    Packing& once = apart.within(budget > 0 ? budget : unlimited) ? apart : shared;
    if (balanced && budget == 0) // no more tiles than without, nor of any type
        for (std::size_t t = 0; t < types.size(); ++t)
            types[TileTypeId(t)].most = std::min(types[TileTypeId(t)].most, once.of_type(TileTypeId(t)));
    budget = std::max(budget, once.tiles());
    ReplicationPlan plan{std::move(once.copies), std::move(once.tile_types), once.interval(), once.interval(),
                         once.interval()};
    if (!balanced)
        return plan;
    const auto try_within = [&](double cycles) {
        Packing tried(layers, types, sharing);
        if (!tried.pack(cycles, budget) || tried.interval() >= plan.interval)
            return false;
        plan.copies = std::move(tried.copies);
        plan.tiles = std::move(tried.tile_types);
        plan.interval = tried.interval();
        return true;
    };
    // The least interval whose copies fit, by bisection; every try is what the copies really reach.
    plan.bound = interval_bound(layers, types, budget);
    plan.relaxed = relaxed_interval(layers, types, budget);
    double low = plan.bound;
    if (!try_within(low))
        for (int step = 0; step < 40 && plan.interval - low > 0.5; ++step) {
            const double middle = 0.5 * (low + plan.interval);
            if (!try_within(middle))
                low = middle;
        }
    // Where tiles end decides, too: a shorter interval may fit where a longer one did not.
    constexpr int tries = 24;
    for (int i = 1; i < tries && plan.interval > 1.01 * plan.bound; ++i)
        try_within(plan.bound + (plan.interval - plan.bound) * i / tries);
    return plan;
}

} // namespace imc::mapping
