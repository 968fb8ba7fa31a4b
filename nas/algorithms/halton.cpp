#include "nas/algorithms/halton.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace imc::nas
{

namespace
{

std::vector<std::uint64_t> primes(std::size_t count)
{
    std::vector<std::uint64_t> found;
    for (std::uint64_t n = 2; found.size() < count; ++n)
        if (std::none_of(found.begin(), found.end(), [&](std::uint64_t p) { return n % p == 0; }))
            found.push_back(n);
    return found;
}

} // namespace

Halton::Halton(std::size_t dimensions, std::uint64_t seed)
{
    for (const std::uint64_t base : primes(dimensions)) {
        Dimension d{base, {}};
        RandomStream random(seed, "nas.halton", base);
        // 32 bits of resolution.
        const auto positions = static_cast<std::size_t>(std::ceil(32 / std::log2(static_cast<double>(base))));
        for (std::size_t k = 0; k < positions; ++k) {
            std::vector<std::uint32_t> permutation(base);
            std::iota(permutation.begin(), permutation.end(), 0u);
            for (std::size_t i = base; i > 1; --i)
                std::swap(permutation[i - 1], permutation[random.below(i)]);
            d.digits.push_back(std::move(permutation));
        }
        dimensions_.push_back(std::move(d));
    }
}

std::vector<double> Halton::point(std::uint64_t index) const
{
    std::vector<double> result;
    for (const Dimension& d : dimensions_) {
        double value = 0, scale = 1.0 / static_cast<double>(d.base);
        std::uint64_t rest = index;
        for (const auto& permutation : d.digits) {
            value += permutation[rest % d.base] * scale;
            rest /= d.base;
            scale /= static_cast<double>(d.base);
        }
        result.push_back(value);
    }
    return result;
}

Candidate at_point(const Space& space, const std::vector<double>& point, RandomStream& random)
{
    Candidate candidate(space.slots(), std::numeric_limits<double>::quiet_NaN());
    for (const Variable& v : space.variables()) {
        if (v.kind != Kind::permutation) {
            candidate[v.slot] = v.from_unit(point[v.slot]);
            continue;
        }
        // The order of the coordinates is the permutation.
        std::vector<std::size_t> order(v.width);
        std::iota(order.begin(), order.end(), 0);
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return point[v.slot + a] < point[v.slot + b]; });
        std::copy(order.begin(), order.end(), candidate.begin() + static_cast<std::ptrdiff_t>(v.slot));
    }
    space.settle(candidate, random);
    return candidate;
}

} // namespace imc::nas
