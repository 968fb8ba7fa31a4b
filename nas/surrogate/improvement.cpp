#include "nas/surrogate/improvement.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace imc::nas
{

namespace
{

double normal_density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }
double normal_probability(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

} // namespace

double Belief::expected_shortfall(double a) const
{
    if (deviation <= 0)
        return std::max(0.0, a - median());
    if (!log) {
        const double z = (a - mean) / deviation;
        return std::max(0.0, (a - mean) * normal_probability(z) + deviation * normal_density(z));
    }
    if (a <= floor)
        return 0;
    const double z = (std::log(a - floor) - mean) / deviation;
    return std::max(0.0, (a - floor) * normal_probability(z) -
                             std::exp(mean + 0.5 * deviation * deviation) * normal_probability(z - deviation));
}

double Belief::median() const { return log ? std::exp(mean) + floor : mean; }

ExpectedImprovement::ExpectedImprovement(std::span<const Objectives> front, const Objectives& reference)
    : edges_(reference.size())
{
    for (const std::size_t i : non_dominated(front)) {
        Objectives p = front[i];
        bool inside = true;
        for (std::size_t m = 0; m < p.size(); ++m)
            inside &= p[m] < reference[m];
        if (inside)
            front_.push_back(std::move(p));
    }
    for (std::size_t m = 0; m < reference.size(); ++m) {
        for (const Objectives& p : front_)
            edges_[m].push_back(p[m]);
        edges_[m].push_back(reference[m]);
        std::sort(edges_[m].begin(), edges_[m].end());
        edges_[m].erase(std::unique(edges_[m].begin(), edges_[m].end()), edges_[m].end());
    }
    std::vector<std::size_t> all(front_.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = i;
    cut(std::move(all), reference.size(), Sides(reference.size()));
}

/// Cuts along the last of `dimensions` objectives: within a slab only the points that reach it matter, and
/// they matter by their other objectives.
void ExpectedImprovement::cut(std::vector<std::size_t> points, std::size_t dimensions, Sides sides)
{
    const std::size_t m = dimensions - 1;
    const auto& edges = edges_[m];
    const auto edge_of = [&](double value) {
        return static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), value) - edges.begin());
    };
    if (m == 0) {
        std::size_t upper = edges.size() - 1;
        for (const std::size_t p : points)
            upper = std::min(upper, edge_of(front_[p][0]));
        sides[0] = {0, upper};
        boxes_.push_back(std::move(sides));
        return;
    }
    std::sort(points.begin(), points.end(), [&](std::size_t a, std::size_t b) { return front_[a][m] < front_[b][m]; });
    std::size_t lower = 0; // −∞
    for (std::size_t k = 0; k <= points.size(); ++k) {
        const std::size_t upper = k < points.size() ? edge_of(front_[points[k]][m]) : edges.size() - 1;
        if (upper + 1 > lower) { // points that share the coordinate have no slab between them
            sides[m] = {lower, upper};
            cut({points.begin(), points.begin() + static_cast<std::ptrdiff_t>(k)}, m, sides);
        }
        lower = upper + 1;
    }
}

double ExpectedImprovement::operator()(std::span<const Belief> beliefs) const
{
    std::vector<std::vector<double>> shortfall(edges_.size());
    for (std::size_t m = 0; m < edges_.size(); ++m) {
        shortfall[m].push_back(0.0); // below −∞
        for (const double a : edges_[m])
            shortfall[m].push_back(beliefs[m].expected_shortfall(a));
    }
    double sum = 0;
    for (const auto& box : boxes_) {
        double product = 1;
        for (std::size_t m = 0; m < box.size() && product > 0; ++m)
            product *= shortfall[m][box[m].second + 1] - shortfall[m][box[m].first];
        sum += std::max(0.0, product);
    }
    return sum;
}

} // namespace imc::nas
