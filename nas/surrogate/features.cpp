#include "nas/surrogate/features.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace imc::nas
{

namespace
{

constexpr std::uint64_t largest_bag_domain = 32;
constexpr std::size_t ranked = 256; ///< candidates that known figures are ranked among

bool same_domain(const Variable& a, const Variable& b)
{
    return a.kind == b.kind && a.texts == b.texts && a.levels == b.levels && a.low == b.low && a.high == b.high;
}

/// Between 0 and 1, halfway through equal values; between two values in proportion. NaN where there is no value.
double rank_of(double value, const std::vector<double>& sorted)
{
    if (!std::isfinite(value))
        return std::numeric_limits<double>::quiet_NaN();
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), value);
    double rank = 0.5 * static_cast<double>((low - sorted.begin()) + (high - sorted.begin()));
    if (low == high && low != sorted.begin() && low != sorted.end())
        rank += (value - low[-1]) / (low[0] - low[-1]) - 0.5;
    return sorted.empty() ? 0.0 : rank / static_cast<double>(sorted.size());
}

} // namespace

Features::Features(const Space& space, std::vector<Known> known) : space_(space)
{
    const auto& all = space.variables();
    std::vector<bool> grouped(all.size(), false);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Variable& v = all[i];
        // The largest sum of displacements is ⌊n²/2⌋, of a reversal.
        variables_.push_back(
            {v.kind, v.slot, v.width, 1.0 / std::max(1.0, static_cast<double>(v.width * v.width / 2))});
        if (grouped[i] || v.cardinality() < 2 || v.cardinality() > largest_bag_domain)
            continue;
        Bag bag{{}, v.cardinality()};
        for (std::size_t j = i; j < all.size(); ++j)
            if (!grouped[j] && same_domain(v, all[j])) {
                grouped[j] = true;
                bag.members.push_back(&all[j]);
            }
        if (bag.members.size() > 1)
            bags_.push_back(std::move(bag));
    }
    bags_end_ = space.slots();
    for (const Bag& bag : bags_)
        bags_end_ += bag.values;
    for (Known& value : known) {
        Figure figure{std::move(value), {}};
        RandomStream random(1, "nas.features.known");
        for (std::size_t i = 0; i < ranked; ++i)
            if (const double v = figure.value(space.sample(random)); std::isfinite(v))
                figure.sorted.push_back(v);
        std::sort(figure.sorted.begin(), figure.sorted.end());
        variables_.push_back({Kind::real, bags_end_ + known_.size(), 1, 1.0});
        known_.push_back(std::move(figure));
    }
}

std::vector<double> Features::encode(const Candidate& candidate) const
{
    std::vector<double> code = candidate;
    for (const Variable& v : space_.variables()) {
        if (std::isnan(candidate[v.slot]))
            continue;
        if (v.numeric())
            code[v.slot] = v.to_unit(candidate[v.slot]);
        else if (v.kind == Kind::permutation)
            for (std::size_t i = 0; i < v.width; ++i)
                code[v.slot + static_cast<std::size_t>(candidate[v.slot + i])] = static_cast<double>(i);
    }
    for (const Bag& bag : bags_) {
        const std::size_t start = code.size();
        code.resize(start + bag.values, 0.0);
        for (const Variable* v : bag.members)
            if (!std::isnan(candidate[v->slot])) {
                const auto value =
                    static_cast<std::size_t>(v->to_unit(candidate[v->slot]) * static_cast<double>(bag.values));
                code[start + std::min(value, bag.values - 1)] += 1.0 / static_cast<double>(bag.members.size());
            }
    }
    for (const Figure& figure : known_)
        code.push_back(rank_of(figure.value(candidate), figure.sorted));
    return code;
}

void Features::distances(const std::vector<double>& a, const std::vector<double>& b, double* out) const
{
    for (const View& v : variables_) {
        const double x = a[v.slot], y = b[v.slot];
        double d = 0;
        if (x != x || y != y) {
            d = (x != x) == (y != y) ? 0 : 1;
        } else if (v.kind == Kind::categorical) {
            d = x != y;
        } else if (v.kind == Kind::permutation) {
            for (std::size_t i = 0; i < v.width; ++i)
                d += std::abs(a[v.slot + i] - b[v.slot + i]);
            d *= v.scale;
        } else {
            d = (x - y) * (x - y);
        }
        *out++ = d;
    }
}

double Features::bag_similarity(const std::vector<double>& a, const std::vector<double>& b) const
{
    double sum = 0;
    for (std::size_t i = space_.slots(); i < bags_end_; ++i)
        sum += a[i] * b[i];
    return bags_.empty() ? 0 : sum / static_cast<double>(bags_.size());
}

} // namespace imc::nas
