#include "nas/surrogate/features.h"

#include <algorithm>
#include <cmath>

namespace imc::nas
{

namespace
{

constexpr std::uint64_t largest_bag_domain = 32;

bool same_domain(const Variable& a, const Variable& b)
{
    return a.kind == b.kind && a.texts == b.texts && a.levels == b.levels && a.low == b.low && a.high == b.high;
}

} // namespace

Features::Features(const Space& space) : space_(space)
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
    for (std::size_t i = space_.slots(); i < a.size(); ++i)
        sum += a[i] * b[i];
    return bags_.empty() ? 0 : sum / static_cast<double>(bags_.size());
}

} // namespace imc::nas
