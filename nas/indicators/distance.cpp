#include "nas/indicators/distance.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace imc::nas
{

namespace
{

double euclidean(const Objectives& a, const Objectives& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

double shortfall(const Objectives& found, const Objectives& truth)
{
    double sum = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double worse = std::max(0.0, found[i] - truth[i]);
        sum += worse * worse;
    }
    return std::sqrt(sum);
}

template <class Distance>
double mean_to_nearest(std::span<const Objectives> found, std::span<const Objectives> truth, Distance distance)
{
    double sum = 0;
    for (const Objectives& t : truth) {
        double nearest = std::numeric_limits<double>::infinity();
        for (const Objectives& f : found)
            nearest = std::min(nearest, distance(f, t));
        sum += nearest;
    }
    return sum / static_cast<double>(truth.size());
}

} // namespace

double igd(std::span<const Objectives> found, std::span<const Objectives> truth)
{
    return mean_to_nearest(found, truth, euclidean);
}

double igd_plus(std::span<const Objectives> found, std::span<const Objectives> truth)
{
    return mean_to_nearest(found, truth, shortfall);
}

double spread(std::span<const Objectives> found, std::span<const Objectives> truth)
{
    if (found.size() < 2 || truth.empty())
        return std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    std::vector<double> nearest(found.size(), infinity);
    for (std::size_t i = 0; i < found.size(); ++i)
        for (std::size_t j = 0; j < found.size(); ++j)
            if (i != j)
                nearest[i] = std::min(nearest[i], euclidean(found[i], found[j]));
    double mean = 0;
    for (const double d : nearest)
        mean += d / static_cast<double>(found.size());
    double ends = 0;
    for (std::size_t m = 0; m < truth[0].size(); ++m) {
        const auto& end = *std::max_element(truth.begin(), truth.end(),
                                            [&](const Objectives& a, const Objectives& b) { return a[m] < b[m]; });
        double distance = infinity;
        for (const Objectives& f : found)
            distance = std::min(distance, euclidean(f, end));
        ends += distance;
    }
    double uneven = 0;
    for (const double d : nearest)
        uneven += std::abs(d - mean);
    const double scale = ends + static_cast<double>(found.size()) * mean;
    return scale > 0 ? (ends + uneven) / scale : 0.0;
}

} // namespace imc::nas
