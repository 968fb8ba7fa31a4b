#include "nas/algorithms/neighbours.h"

#include <cmath>
#include <utility>

namespace imc::nas
{

namespace
{

constexpr std::size_t few_values = 16; ///< a variable with at most so many has all of them as neighbours
constexpr int steps_per_number = 4;

} // namespace

void neighbours(const Space& space, const Candidate& centre, RandomStream& random, std::vector<Candidate>& around)
{
    for (const Variable& v : space.variables()) {
        if (std::isnan(centre[v.slot]))
            continue;
        Candidate c = centre;
        if (const std::uint64_t n = v.cardinality(); n > 0 && n <= few_values) {
            for (std::uint64_t k = 0; k < n; ++k)
                if (v.value(k) != centre[v.slot]) {
                    c = centre;
                    c[v.slot] = v.value(k);
                    space.settle(c, random);
                    around.push_back(c);
                }
        } else if (v.kind == Kind::permutation) {
            for (std::size_t k = 0; k + 1 < v.width; ++k) {
                c = centre;
                std::swap(c[v.slot + k], c[v.slot + k + 1]);
                around.push_back(c);
            }
        } else {
            for (int k = 0; k < steps_per_number; ++k) {
                c = centre;
                c[v.slot] = v.from_unit(v.to_unit(centre[v.slot]) + random.normal() * std::pow(10.0, -1.0 - k));
                space.settle(c, random);
                around.push_back(c);
            }
        }
    }
}

} // namespace imc::nas
