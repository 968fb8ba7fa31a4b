#include "sim/mapping/replication.h"

#include <algorithm>

namespace imc::mapping
{

namespace
{

double interval_of(const Workload& layer, const Copies& copies)
{
    return static_cast<double>(copies.positions(layer.height, layer.width)) * layer.cycles_each;
}

int ceil_div(std::int64_t a, std::int64_t b) { return static_cast<int>((a + b - 1) / b); }

} // namespace

std::int64_t tiles_for(std::int64_t arrays, int copies, std::int64_t arrays_per_tile)
{
    return (arrays * copies + arrays_per_tile - 1) / arrays_per_tile;
}

Copies copies_for(const Workload& layer, std::int64_t positions)
{
    Copies best{layer.width, layer.height};
    // For every width of strip the turns follow; of equally many copies the one with more strips is taken,
    // because neighbouring rows then stay together.
    for (int width = 1; width <= layer.width; ++width) {
        const std::int64_t rows = positions / width;
        if (rows < 1)
            break;
        const Copies candidate{ceil_div(layer.width, width),
                               ceil_div(layer.height, std::min<std::int64_t>(rows, layer.height))};
        if (candidate.count() < best.count() || (candidate.count() == best.count() && candidate.turns < best.turns))
            best = candidate;
    }
    return best;
}

double interval_bound(const std::vector<Workload>& layers, std::int64_t arrays_per_tile, std::int64_t budget)
{
    const double room = static_cast<double>(budget) * static_cast<double>(arrays_per_tile);
    double high = 0.0, low = 0.0;
    for (const Workload& layer : layers) {
        high = std::max(high, static_cast<double>(layer.height) * layer.width * layer.cycles_each);
        low = std::max(low, layer.cycles_each); // one position cannot be split
    }
    const auto need = [&](double interval) {
        double arrays = 0.0;
        for (const Workload& layer : layers) {
            const double all = static_cast<double>(layer.height) * layer.width * layer.cycles_each;
            arrays += static_cast<double>(layer.arrays) * std::max(1.0, all / interval);
        }
        return arrays;
    };
    if (low <= 0.0 || need(low) <= room)
        return low;
    for (int step = 0; step < 200 && high - low > 1e-9 * high; ++step) {
        const double middle = 0.5 * (low + high);
        (need(middle) <= room ? high : low) = middle;
    }
    return high;
}

ReplicationPlan plan_replication(const std::vector<Workload>& layers, std::int64_t arrays_per_tile, std::int64_t budget,
                                 const Options& options)
{
    ReplicationPlan plan;
    for (const Workload& layer : layers)
        plan.copies.push_back(options.positions_per_copy > 0 && layer.arrays > 0
                                  ? copies_for(layer, options.positions_per_copy)
                                  : Copies{});
    for (std::size_t i = 0; i < layers.size(); ++i)
        plan.tiles += tiles_for(layers[i].arrays, plan.copies[i].count(), arrays_per_tile);

    while (options.replication == Replication::balanced) {
        std::size_t slowest = layers.size();
        for (std::size_t i = 0; i < layers.size(); ++i)
            if (slowest == layers.size() ||
                interval_of(layers[i], plan.copies[i]) > interval_of(layers[slowest], plan.copies[slowest]))
                slowest = i;
        if (slowest == layers.size() || layers[slowest].arrays == 0)
            break;
        const std::int64_t positions = plan.copies[slowest].positions(layers[slowest].height, layers[slowest].width);
        if (positions <= 1)
            break;
        const Copies next = copies_for(layers[slowest], positions - 1);
        const std::int64_t tiles = plan.tiles + tiles_for(layers[slowest].arrays, next.count(), arrays_per_tile) -
                                   tiles_for(layers[slowest].arrays, plan.copies[slowest].count(), arrays_per_tile);
        if (tiles > budget)
            break;
        plan.tiles = tiles;
        plan.copies[slowest] = next;
    }
    for (std::size_t i = 0; i < layers.size(); ++i)
        plan.interval = std::max(plan.interval, interval_of(layers[i], plan.copies[i]));
    plan.bound = interval_bound(layers, arrays_per_tile, std::max(budget, plan.tiles));
    return plan;
}

} // namespace imc::mapping
