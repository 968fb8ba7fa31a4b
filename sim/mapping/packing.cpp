#include "sim/mapping/packing.h"

#include <algorithm>
#include <cmath>

#include "sim/mapping/division.h"

namespace imc::mapping
{

namespace
{

constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();
constexpr double any_time = std::numeric_limits<double>::infinity();

} // namespace

Packing::Packing(const std::vector<Workload>& layers, const ArrayLayouts& types, CopyShape shape, bool share)
    : layers_(layers), types_(types), shape_(shape), share_(share), turns_(layers.size(), 0.0),
      of_type_(types.size(), 0), full_(types.size(), 0)
{
    for (const Workload& layer : layers)
        copies.push_back(Copies::one(layer.height, layer.width));
}

bool Packing::within(std::int64_t most) const
{
    bool fits = tiles() <= most;
    for (std::size_t t = 0; t < types_.size(); ++t)
        fits = fits && of_type_[TileTypeId(t)] <= types_[TileTypeId(t)].most;
    return fits;
}

double Packing::interval() const
{
    double interval = 0.0;
    for (const StageCycles& load : settled_)
        interval = std::max(interval, load.most());
    for (std::size_t l = 0; l < layers_.size(); ++l)
        if (layers_[l].arrays > 0)
            interval = std::max(interval, interval_of(layers_[l], copies[l]));
    return interval;
}

/// By copies that take so many turns at most, on their tiles no more than so many cycles.
Packing::Demand Packing::demand_of(const Workload& layer, double turns, double load) const
{
    const auto positions = static_cast<double>(layer.positions());
    double number = std::max(1.0, positions / turns);
    if (const double all = layer.on_tile.most() * positions; all > number * load)
        number = std::min(all / load, positions);
    const auto fewest = static_cast<std::int64_t>(std::ceil(number - 1e-9));
    // Tiles whose units are slower than the arrays take a copy less than its share of turns.
    return {turns, fewest, layer.on_tile * (positions / static_cast<double>(fewest))};
}

bool Packing::in_order(double cycles, std::int64_t most)
{
    for (std::size_t l = 0; l < layers_.size(); ++l)
        if (layers_[l].arrays > 0 &&
            !add_in_order(l, demand_of(layers_[l], cycles / layers_[l].cycles_each, any_time), cycles, most))
            return false;
    finish();
    return true;
}

void Packing::by_positions(std::int64_t positions)
{
    however_slow_ = true;
    for (std::size_t l = 0; l < layers_.size(); ++l)
        if (layers_[l].arrays > 0)
            add_in_order(l,
                         demand_of(layers_[l], static_cast<double>(positions > 0 ? positions : layers_[l].positions()),
                                   any_time),
                         any_time, unlimited);
    finish();
}

/// As its copies are divided by.
Workload Packing::to_divide(std::size_t l) const
{
    Workload layer = layers_[l];
    if (however_slow_)
        layer.cycles_shared = 0.0; // as many copies as asked for
    return layer;
}

bool Packing::add_in_order(std::size_t l, const Demand& demand, double cycles, std::int64_t most)
{
    const Workload layer = to_divide(l);
    const auto suffice = division(layer, demand.turns, shape_);
    copies[l].groups.clear();
    tile_ = share_ && !layer.apart ? full_[layer.type] : tiles();
    for (std::int64_t n = 1; n <= layer.positions(); ++n) {
        add_copy(l, demand, cycles);
        if (most != unlimited && !within(most))
            return false;
        if (n >= demand.fewest && suffice(copies[l])) {
            settle(l, demand);
            return true;
        }
    }
    return false;
}

/// Arrays of a copy that a tile holds.
std::int64_t Packing::least_on(const Workload& layer) const
{
    return layer.whole && layer.arrays <= types_[layer.type].tile ? layer.arrays : 1;
}

/// On the first tile that has room and time, or on what is left of the next tiles.
void Packing::add_copy(std::size_t l, const Demand& demand, double cycles)
{
    const Workload& layer = layers_[l];
    std::vector<Segment> place;
    for (std::int64_t left = layer.arrays; left > 0; ++tile_) {
        if (tile_ == tiles())
            add_tile(layer.type);
        const auto t = static_cast<std::size_t>(tile_);
        const std::int64_t taken = std::min(types_[layer.type].tile - used_[t], left);
        const StageCycles load = load_of(layer, demand.load, taken);
        if (taken == 0 || taken < least_on(layer) || !fits(l, t, taken, load, cycles))
            continue;
        place.push_back({tile_, used_[t], taken});
        take(l, t, taken, load);
        left -= taken;
        if (left == 0)
            break; // the next copy may lie on this tile, too
    }
    add_group(layer, copies[l], std::move(place));
}

bool Packing::evenly(double cycles, std::int64_t most, double part, RandomStream* random)
{
    std::vector<Demand> demands;
    std::vector<double> of_units, of_arrays; // a copy's share of a tile
    std::vector<std::size_t> order;
    IdVector<TileTypeId, double> arrays(types_.size(), 0.0);
    IdVector<TileTypeId, StageCycles> loads(types_.size());
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        const Workload& layer = layers_[l];
        of_arrays.push_back(static_cast<double>(layer.arrays) / static_cast<double>(types_[layer.type].tile));
        // What keeps units busier than it fills arrays is cut finer: arrays are to spare.
        demands.push_back(demand_of(layer, cycles / layer.cycles_each, std::max(part, of_arrays[l]) * cycles));
        of_units.push_back(demands[l].load.most() / cycles);
        if (layer.arrays == 0)
            continue;
        order.push_back(l);
        arrays[layer.type] += of_arrays[l] * static_cast<double>(demands[l].fewest);
        loads[layer.type] += demands[l].load * (static_cast<double>(demands[l].fewest) / cycles);
    }
    open_tiles(arrays, loads, most);
    std::vector<std::pair<bool, double>> rank; // of each layer; what keeps units busier first
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        const bool busy = of_units[l] > of_arrays[l];
        rank.emplace_back(busy, (busy ? of_units[l] : of_arrays[l]) * (random ? 0.5 + random->uniform() : 1.0));
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank[a] > rank[b]; });
    if (!std::ranges::all_of(order, [&](std::size_t l) { return add_evenly(l, demands[l], cycles, most, part); }))
        return false;
    finish();
    return true;
}

/// As many of each type as it takes at least, and what is left of `most` where it is tightest.
void Packing::open_tiles(const IdVector<TileTypeId, double>& arrays, const IdVector<TileTypeId, StageCycles>& loads,
                         std::int64_t most)
{
    const auto needed = [&](TileTypeId type) { return std::max(arrays[type], loads[type].most()); };
    for (std::size_t t = 0; t < types_.size(); ++t)
        while (arrays[TileTypeId(t)] > 0.0 && static_cast<double>(of_type_[TileTypeId(t)]) < needed(TileTypeId(t)) &&
               of_type_[TileTypeId(t)] < types_[TileTypeId(t)].most && tiles() < most)
            add_tile(TileTypeId(t));
    while (tiles() < most) {
        TileTypeId tightest;
        double least = 0.0;
        for (std::size_t t = 0; t < types_.size(); ++t) {
            const TileTypeId type(t);
            if (of_type_[type] == 0 || of_type_[type] == types_[type].most)
                continue;
            const double room = static_cast<double>(of_type_[type]) / needed(type);
            if (!tightest.valid() || room < least) {
                tightest = type;
                least = room;
            }
        }
        if (!tightest.valid())
            return;
        add_tile(tightest);
    }
}

bool Packing::add_evenly(std::size_t l, const Demand& demand, double cycles, std::int64_t most, double part)
{
    const Workload& layer = layers_[l];
    std::int64_t together = types_[layer.type].tile / layer.arrays;
    if (demand.load.most() > 0.0)
        together = std::min(together, static_cast<std::int64_t>(cycles / demand.load.most()));
    together = std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(together) * part));
    copies[l].groups.clear();
    for (std::int64_t left = demand.fewest; left > 0; left -= together)
        if (!spread(l, demand, cycles, std::min(together, left)))
            return false;
    const auto suffice = division(layer, demand.turns, shape_);
    const std::int64_t most_copies = demand.fewest + demand.fewest / 8 + 2; // no more are worth while
    for (std::int64_t n = demand.fewest; n <= most_copies; ++n) {
        if (suffice(copies[l])) {
            settle(l, demand);
            return within(most);
        }
        if (!spread(l, demand, cycles, 1))
            return false;
    }
    return false;
}

/// So many copies, on one tile if there is one with so much room, or in what is left of several.
bool Packing::spread(std::size_t l, const Demand& demand, double cycles, std::int64_t count)
{
    const Workload& layer = layers_[l];
    const StageCycles load = demand.load * static_cast<double>(count);
    if (const std::int64_t at = best_tile(l, layer.arrays * count, load, cycles); at >= 0) {
        const auto t = static_cast<std::size_t>(at);
        for (std::int64_t n = 0; n < count; ++n)
            add_group(layer, copies[l], {{at, used_[t] + n * layer.arrays, layer.arrays}});
        take(l, t, layer.arrays * count, load);
        return true;
    }
    if (count > 1)
        return spread(l, demand, cycles, count - count / 2) && spread(l, demand, cycles, count / 2);
    std::vector<Segment> place;
    for (std::int64_t left = layer.arrays; left > 0;) {
        std::int64_t at = -1, free = 0;
        for (std::size_t t = 0; t < used_.size(); ++t) {
            const std::int64_t here = std::min(left, types_[layer.type].tile - used_[t]);
            if (here > free && here >= least_on(layer) && fits(l, t, here, load_of(layer, demand.load, here), cycles)) {
                at = static_cast<std::int64_t>(t);
                free = here;
            }
        }
        if (at < 0)
            return false;
        place.push_back({at, used_[static_cast<std::size_t>(at)], free});
        take(l, static_cast<std::size_t>(at), free, load_of(layer, demand.load, free));
        left -= free;
    }
    add_group(layer, copies[l], std::move(place));
    return true;
}

/// The one that is left with most time if that is what the copies take most of, or else whose free arrays and time are
/// most like what they take; -1 if none has room.
std::int64_t Packing::best_tile(std::size_t l, std::int64_t arrays, const StageCycles& load, double cycles) const
{
    const auto all = static_cast<double>(types_[layers_[l].type].tile);
    const double of_arrays = static_cast<double>(arrays) / all;
    std::int64_t best = -1;
    double most = 0.0;
    for (std::size_t t = 0; t < used_.size(); ++t) {
        if (!fits(l, t, arrays, load, cycles))
            continue;
        const StageCycles& busy = load_[t];
        const double free = 1.0 - static_cast<double>(used_[t]) / all;
        const double good =
            load.most() > of_arrays * cycles
                ? 2.0 - busy.most() / cycles
                : free * of_arrays + ((cycles - busy.fetch) * load.fetch + (cycles - busy.sums) * load.sums +
                                      (cycles - busy.vector) * load.vector) /
                                         (cycles * cycles);
        if (best < 0 || good > most) {
            best = static_cast<std::int64_t>(t);
            most = good;
        }
    }
    return best;
}

bool Packing::fits(std::size_t l, std::size_t t, std::int64_t arrays, const StageCycles& load, double cycles) const
{
    StageCycles both = load_[t];
    both += load;
    return may_be_on(l, t) && used_[t] + arrays <= types_[layers_[l].type].tile &&
           (load_[t].most() == 0.0 || both.most() <= cycles);
}

/// Of a tile with some of a copy's arrays: all inputs, its share of the results.
StageCycles Packing::load_of(const Workload& layer, const StageCycles& load, std::int64_t arrays) const
{
    const double share =
        static_cast<double>(arrays) / static_cast<double>(std::min(layer.arrays, types_[layer.type].tile));
    return {load.fetch, load.sums * share, load.vector * share};
}

bool Packing::may_be_on(std::size_t l, std::size_t t) const
{
    if (tile_types[t] != layers_[l].type || (only_[t] != nobody && only_[t] != l))
        return false;
    return !layers_[l].apart || only_[t] == l || used_[t] == 0;
}

void Packing::take(std::size_t l, std::size_t t, std::int64_t arrays, const StageCycles& load)
{
    used_[t] += arrays;
    load_[t] += load;
    if (layers_[l].apart)
        only_[t] = l;
}

void Packing::add_tile(TileTypeId type)
{
    used_.push_back(0);
    load_.push_back({});
    settled_.push_back({});
    only_.push_back(nobody);
    tile_types.push_back(type);
    ++of_type_[type];
}

/// Copies one after another on a tile are one group, if they lie in the same way on its cores.
void Packing::add_group(const Workload& layer, Copies& to, std::vector<Segment> place) const
{
    const bool whole = place.size() == 1 && layer.arrays % types_[layer.type].core == 0;
    if (whole && !to.groups.empty()) {
        CopyGroup& last = to.groups.back();
        if (last.place.size() == 1 && last.place[0].tile == place[0].tile &&
            last.place[0].first + last.count * layer.arrays == place[0].first) {
            ++last.count;
            return;
        }
    }
    to.groups.push_back({1, {}, std::move(place)});
}

/// From what the tiles must be able to do to about what they do.
void Packing::settle(std::size_t l, const Demand& demand)
{
    const Workload& layer = layers_[l];
    turns_[l] = demand.turns;
    std::int64_t& full = full_[layer.type];
    const auto passed = [&](std::size_t t) {
        return tile_types[t] != layer.type || used_[t] == types_[layer.type].tile;
    };
    while (full < tiles() && passed(static_cast<std::size_t>(full)))
        ++full;
    const std::vector<CopyGroup>& groups = copies[l].groups;
    const std::vector<double> shares = even_shares(layer, copies[l]);
    for (std::size_t g = 0; g < groups.size(); ++g)
        for (const Segment& segment : groups[g].place)
            settled_[static_cast<std::size_t>(segment.tile)] +=
                load_of(layer, layer.on_tile, segment.arrays) * shares[g];
    for (const CopyGroup& group : groups)
        for (const Segment& segment : group.place)
            load_[static_cast<std::size_t>(segment.tile)] = settled_[static_cast<std::size_t>(segment.tile)];
}

/// Divides the maps, which is left until all copies have a place: most tries come to nothing.
void Packing::finish()
{
    settled_.assign(settled_.size(), {});
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        if (layers_[l].arrays == 0)
            continue;
        divide_evenly(to_divide(l), copies[l], turns_[l], shape_);
        for (const CopyGroup& group : copies[l].groups)
            for (const Segment& segment : group.place)
                settled_[static_cast<std::size_t>(segment.tile)] +=
                    load_of(layers_[l], layers_[l].on_tile, segment.arrays) * static_cast<double>(group.share.tokens());
    }
}

} // namespace imc::mapping
