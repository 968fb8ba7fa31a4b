#include "nas/indicators/importance.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace imc::nas
{

namespace
{

std::vector<double> ranks(std::span<const double> values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> result(values.size());
    for (std::size_t i = 0, j = 0; i < order.size(); i = j) {
        for (j = i; j < order.size() && values[order[j]] == values[order[i]]; ++j)
            ;
        for (std::size_t k = i; k < j; ++k)
            result[order[k]] = 0.5 * static_cast<double>(i + j - 1);
    }
    return result;
}

std::vector<std::size_t> groups(std::span<const double> values, std::size_t bins)
{
    std::vector<double> sorted;
    for (const double v : values)
        if (!std::isnan(v))
            sorted.push_back(v);
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> edges(sorted);
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    if (edges.size() > bins) {
        std::set<double> quantiles;
        for (std::size_t b = 0; b < bins; ++b)
            quantiles.insert(sorted[b * sorted.size() / bins]);
        edges.assign(quantiles.begin(), quantiles.end());
    }
    std::vector<std::size_t> result;
    for (const double v : values)
        result.push_back(
            std::isnan(v) ? edges.size() + 1
                          : static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), v) - edges.begin()));
    return result;
}

} // namespace

double importance(std::span<const double> values, std::span<const double> outcomes, std::size_t bins)
{
    const std::vector<double> y = ranks(outcomes);
    const std::vector<std::size_t> group = groups(values, bins);
    const auto n = static_cast<double>(y.size());
    std::map<std::size_t, std::pair<double, double>> sums; // group -> count, sum
    double mean = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        auto& [count, sum] = sums[group[i]];
        count += 1;
        sum += y[i];
        mean += y[i] / n;
    }
    const auto k = static_cast<double>(sums.size());
    if (n <= k || k < 2)
        return 0;
    double total = 0, between = 0;
    for (const double v : y)
        total += (v - mean) * (v - mean);
    for (const auto& [id, s] : sums)
        between += s.first * (s.second / s.first - mean) * (s.second / s.first - mean);
    if (total <= 0)
        return 0;
    return std::max(0.0, 1 - (total - between) / (n - k) / (total / (n - 1)));
}

} // namespace imc::nas
