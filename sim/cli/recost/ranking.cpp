#include "sim/cli/recost/ranking.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace imc::cli
{

namespace
{

void expect_pairs(const std::vector<double>& a, const std::vector<double>& b)
{
    if (a.size() != b.size())
        throw std::invalid_argument("ranks of " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                                    " things cannot be compared");
}

std::vector<double> ranks(const std::vector<double>& values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
    std::vector<double> result(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first;
        while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]])
            ++last;
        for (std::size_t i = first; i <= last; ++i)
            result[order[i]] = 0.5 * static_cast<double>(first + last);
        first = last + 1;
    }
    return result;
}

} // namespace

double spearman(const std::vector<double>& a, const std::vector<double>& b)
{
    expect_pairs(a, b);
    const std::vector<double> ra = ranks(a), rb = ranks(b);
    const double mean = 0.5 * (static_cast<double>(a.size()) - 1.0);
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (ra[i] - mean) * (rb[i] - mean);
        aa += (ra[i] - mean) * (ra[i] - mean);
        bb += (rb[i] - mean) * (rb[i] - mean);
    }
    return aa > 0.0 && bb > 0.0 ? ab / std::sqrt(aa * bb) : std::numeric_limits<double>::quiet_NaN();
}

double kendall(const std::vector<double>& a, const std::vector<double>& b)
{
    expect_pairs(a, b);
    std::int64_t agree = 0, in_a = 0, in_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t k = i + 1; k < a.size(); ++k) {
            const int x = (a[i] > a[k]) - (a[i] < a[k]);
            const int y = (b[i] > b[k]) - (b[i] < b[k]);
            agree += x * y;
            in_a += x != 0;
            in_b += y != 0;
        }
    return in_a > 0 && in_b > 0
               ? static_cast<double>(agree) / std::sqrt(static_cast<double>(in_a) * static_cast<double>(in_b))
               : std::numeric_limits<double>::quiet_NaN();
}

std::vector<char> non_dominated(const std::vector<double>& x, const std::vector<double>& y)
{
    expect_pairs(x, y);
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t i, std::size_t k) { return x[i] != x[k] ? x[i] < x[k] : y[i] < y[k]; });
    std::vector<char> front(x.size(), 0);
    double best = std::numeric_limits<double>::infinity(), at = best;
    for (const std::size_t i : order) {
        // A point equal to the one that holds the front is as good.
        front[i] = y[i] < best || (y[i] == best && x[i] == at);
        if (y[i] < best) {
            best = y[i];
            at = x[i];
        }
    }
    return front;
}

} // namespace imc::cli
