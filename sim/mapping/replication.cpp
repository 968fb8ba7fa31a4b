#include "sim/mapping/replication.h"

#include <algorithm>

namespace imc::mapping
{

namespace
{

double interval_of(const Workload& layer, const Copies& copies)
{
    return static_cast<double>(copies.positions(layer.height)) * layer.cycles_each;
}

/// Output positions a copy can compute in so many cycles, at least one.
std::int64_t positions_within(double cycles, const Workload& layer)
{
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(cycles / layer.cycles_each));
}

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

} // namespace

std::int64_t tiles_for(const std::vector<std::int64_t>& arrays, std::int64_t arrays_per_tile, bool share)
{
    std::int64_t tiles = 0, all = 0;
    for (const std::int64_t n : arrays) {
        tiles += ceil_div(n, arrays_per_tile);
        all += n;
    }
    return share ? ceil_div(all, arrays_per_tile) : tiles;
}

Copies copies_for(const Workload& layer, std::int64_t positions, CopyShape shape)
{
    if (positions >= static_cast<std::int64_t>(layer.height) * layer.width)
        return Copies::one(layer.width);
    // The widest strip that so many turns can serve; then the fewest turns in all that cover the columns.
    struct Choice {
        int width, turns;
    };
    std::vector<Choice> choices;
    const bool whole = shape == CopyShape::strips && positions >= layer.height;
    for (int turns = 1; turns <= (whole ? 1 : layer.height); ++turns) {
        const std::int64_t rows = ceil_div(layer.height, turns);
        const auto width = static_cast<int>(std::min<std::int64_t>(positions / rows, layer.width));
        if (width >= 1 && (choices.empty() || width > choices.back().width))
            choices.push_back({width, turns});
    }
    std::vector<int> fewest(static_cast<std::size_t>(layer.width) + 1, 0);
    std::vector<Choice> last(fewest.size(), Choice{1, layer.height});
    for (std::size_t columns = 1; columns < fewest.size(); ++columns) {
        fewest[columns] = layer.height * layer.width + 1;
        for (const Choice& choice : choices) {
            const std::size_t rest = columns - std::min<std::size_t>(columns, static_cast<std::size_t>(choice.width));
            if (fewest[rest] + choice.turns < fewest[columns]) {
                fewest[columns] = fewest[rest] + choice.turns;
                last[columns] = choice;
            }
        }
    }
    Copies copies;
    for (int columns = layer.width; columns > 0;) {
        const Choice& choice = last[static_cast<std::size_t>(columns)];
        const int first = std::max(0, columns - choice.width);
        copies.strips.insert(copies.strips.begin(), Strip{first, columns, choice.turns});
        columns = first;
    }
    return copies;
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
                                  ? copies_for(layer, options.positions_per_copy, options.copy_shape)
                                  : Copies::one(layer.width));
    const auto tiles_of = [&](const std::vector<Copies>& copies) {
        std::vector<std::int64_t> arrays;
        for (std::size_t i = 0; i < layers.size(); ++i)
            arrays.push_back(layers[i].arrays * copies[i].count());
        return tiles_for(arrays, arrays_per_tile, options.share_tiles);
    };
    const auto slowest = [&](const std::vector<Copies>& copies) {
        double interval = 0.0;
        for (std::size_t i = 0; i < layers.size(); ++i)
            interval = std::max(interval, interval_of(layers[i], copies[i]));
        return interval;
    };
    budget = std::max(budget, tiles_of(plan.copies));

    if (options.replication == Replication::balanced) {
        // The least interval whose copies fit, by bisection; every try is what the copies really reach.
        const double bound = interval_bound(layers, arrays_per_tile, budget);
        double low = bound, high = slowest(plan.copies);
        for (int step = 0; step < 60 && high - low > 0.5; ++step) {
            const double middle = 0.5 * (low + high);
            std::vector<Copies> copies = plan.copies;
            for (std::size_t i = 0; i < layers.size(); ++i)
                if (layers[i].arrays > 0 && interval_of(layers[i], copies[i]) > middle)
                    copies[i] = copies_for(layers[i], positions_within(middle, layers[i]), options.copy_shape);
            if (tiles_of(copies) <= budget && slowest(copies) <= high) {
                high = slowest(copies);
                plan.copies = std::move(copies);
            } else {
                low = middle;
            }
        }
        plan.bound = bound;
    }
    plan.tiles = tiles_of(plan.copies);
    plan.interval = slowest(plan.copies);
    if (options.replication != Replication::balanced)
        plan.bound = plan.interval;
    return plan;
}

} // namespace imc::mapping
