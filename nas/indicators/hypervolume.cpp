#include "nas/indicators/hypervolume.h"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>

namespace imc::nas
{

namespace
{

using Front = std::vector<Objectives>;

double box(std::span<const double> point, std::span<const double> reference)
{
    double volume = 1;
    for (std::size_t i = 0; i < point.size(); ++i)
        volume *= reference[i] - point[i];
    return volume;
}

double sweep_2d(Front& front, std::span<const double> reference)
{
    std::sort(front.begin(), front.end());
    double area = 0, y = reference[1];
    for (const Objectives& p : front)
        if (p[1] < y) {
            area += (reference[0] - p[0]) * (y - p[1]);
            y = p[1];
        }
    return area;
}

/// Sweeps z upwards with the staircase of the points met so far and its area.
double sweep_3d(Front& front, std::span<const double> reference)
{
    std::sort(front.begin(), front.end(), [](const Objectives& a, const Objectives& b) { return a[2] < b[2]; });
    // x -> y, y falling as x rises; sentinels at both ends.
    std::map<double, double> stairs = {{-std::numeric_limits<double>::infinity(), reference[1]},
                                       {reference[0], -std::numeric_limits<double>::infinity()}};
    double volume = 0, area = 0, z = front.front()[2];
    for (const Objectives& p : front) {
        auto next = stairs.lower_bound(p[0]);
        // Covered by a step at or left of it?
        if (next->first == p[0] ? next->second <= p[1] : std::prev(next)->second <= p[1])
            continue;
        volume += area * (p[2] - z);
        z = p[2];
        double height = std::prev(next)->second;
        double left = p[0];
        while (next->second >= p[1]) {
            area += (next->first - left) * (height - p[1]);
            left = next->first;
            height = next->second;
            next = stairs.erase(next);
        }
        area += (next->first - left) * (height - p[1]);
        stairs.emplace_hint(next, p[0], p[1]);
    }
    return volume + area * (reference[2] - z);
}

double volume_of(Front front, std::span<const double> reference);

/// Volume dominated by `point` and by none of `others`, in their first `dimensions` objectives.
double exclusive(std::span<const double> point, std::span<const Objectives> others, std::span<const double> reference)
{
    const std::size_t dimensions = reference.size();
    Front limited;
    limited.reserve(others.size());
    for (const Objectives& other : others) {
        Objectives worse(dimensions);
        for (std::size_t i = 0; i < dimensions; ++i)
            worse[i] = std::max(point[i], other[i]);
        limited.push_back(std::move(worse));
    }
    return box(point.first(dimensions), reference) - volume_of(std::move(limited), reference);
}

double volume_of(Front front, std::span<const double> reference)
{
    std::erase_if(front, [&](const Objectives& p) {
        for (std::size_t i = 0; i < reference.size(); ++i)
            if (!(p[i] < reference[i]))
                return true;
        return false;
    });
    if (front.empty())
        return 0;
    switch (reference.size()) {
    case 1:
        return reference[0] - (*std::min_element(front.begin(), front.end()))[0];
    case 2:
        return sweep_2d(front, reference);
    case 3:
        return sweep_3d(front, reference);
    default:
        break;
    }
    Front kept;
    for (const std::size_t i : non_dominated(front))
        kept.push_back(std::move(front[i]));
    // Worst in the last objective first: then all that follow limit to the same last value.
    const std::size_t last = reference.size() - 1;
    std::stable_sort(kept.begin(), kept.end(),
                     [&](const Objectives& a, const Objectives& b) { return a[last] > b[last]; });
    double volume = 0;
    for (std::size_t k = 0; k < kept.size(); ++k)
        volume += (reference[last] - kept[k][last]) *
                  exclusive(kept[k], std::span(kept).subspan(k + 1), reference.first(last));
    return volume;
}

} // namespace

double hypervolume(std::span<const Objectives> points, std::span<const double> reference)
{
    for (const Objectives& p : points)
        if (p.size() != reference.size())
            throw std::invalid_argument("hypervolume: points and reference differ in their number of objectives");
    return volume_of(Front(points.begin(), points.end()), reference);
}

double hypervolume_contribution(std::span<const Objectives> points, std::size_t index,
                                std::span<const double> reference)
{
    for (std::size_t i = 0; i < reference.size(); ++i)
        if (!(points[index][i] < reference[i]))
            return 0;
    Front others(points.begin(), points.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(index));
    return std::max(0.0, exclusive(points[index], others, reference));
}

} // namespace imc::nas
