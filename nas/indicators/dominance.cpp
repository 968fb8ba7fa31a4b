#include "nas/indicators/dominance.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace imc::nas
{

bool dominates(std::span<const double> a, std::span<const double> b)
{
    bool better = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] > b[i])
            return false;
        better |= a[i] < b[i];
    }
    return better;
}

namespace
{

/// Ranks of the points listed in `order`, which is sorted lexicographically, so that none is dominated by
/// a later one.
void rank_sorted(std::span<const Objectives> points, std::span<const std::size_t> order,
                 std::vector<std::size_t>& ranks)
{
    std::vector<std::vector<std::size_t>> fronts;
    const bool plane = !points.empty() && points[0].size() == 2;
    const auto dominated_by = [&](const std::vector<std::size_t>& front, std::size_t i) {
        // In two dimensions the last member has the least second objective of its front.
        if (plane)
            return dominates(points[front.back()], points[i]);
        return std::any_of(front.rbegin(), front.rend(),
                           [&](std::size_t j) { return dominates(points[j], points[i]); });
    };
    for (const std::size_t i : order) {
        std::size_t rank = 0;
        if (plane)
            rank = static_cast<std::size_t>(
                std::partition_point(fronts.begin(), fronts.end(), [&](const auto& f) { return dominated_by(f, i); }) -
                fronts.begin());
        else
            while (rank < fronts.size() && dominated_by(fronts[rank], i))
                ++rank;
        if (rank == fronts.size())
            fronts.emplace_back();
        fronts[rank].push_back(i);
        ranks[i] = rank;
    }
}

std::vector<std::size_t> lexicographic(std::span<const Objectives> points)
{
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
    return order;
}

} // namespace

std::vector<std::size_t> non_dominated_ranks(std::span<const Objectives> points, std::span<const double> violations)
{
    std::vector<std::size_t> ranks(points.size(), 0);
    std::vector<std::size_t> order = lexicographic(points);
    if (violations.empty()) {
        rank_sorted(points, order, ranks);
        return ranks;
    }
    const auto middle =
        std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return violations[i] <= 0; });
    rank_sorted(points, {order.begin(), middle}, ranks);
    std::size_t next = 0;
    for (auto it = order.begin(); it != middle; ++it)
        next = std::max(next, ranks[*it] + 1);
    std::stable_sort(middle, order.end(), [&](std::size_t a, std::size_t b) { return violations[a] < violations[b]; });
    for (auto it = middle; it != order.end(); ++it) {
        if (it != middle && violations[*it] > violations[*(it - 1)])
            ++next;
        ranks[*it] = next;
    }
    return ranks;
}

std::vector<std::size_t> non_dominated(std::span<const Objectives> points)
{
    std::vector<std::size_t> front;
    for (const std::size_t i : lexicographic(points)) {
        const bool covered = std::any_of(front.rbegin(), front.rend(), [&](std::size_t j) {
            return points[j] == points[i] || dominates(points[j], points[i]);
        });
        if (!covered)
            front.push_back(i);
    }
    std::sort(front.begin(), front.end());
    return front;
}

std::vector<double> crowding_distances(std::span<const Objectives> points, std::span<const std::size_t> front)
{
    std::vector<double> distance(front.size(), 0.0);
    if (front.empty())
        return distance;
    std::vector<std::size_t> order(front.size());
    for (std::size_t m = 0; m < points[front[0]].size(); ++m) {
        const auto f = [&](std::size_t k) { return points[front[order[k]]][m]; };
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return points[front[a]][m] < points[front[b]][m]; });
        const double range = f(front.size() - 1) - f(0);
        distance[order.front()] = distance[order.back()] = std::numeric_limits<double>::infinity();
        if (range > 0)
            for (std::size_t k = 1; k + 1 < front.size(); ++k)
                distance[order[k]] += (f(k + 1) - f(k - 1)) / range;
    }
    return distance;
}

} // namespace imc::nas
