#include "nas/algorithms/variation.h"

#include <algorithm>
#include <cmath>

namespace imc::nas
{

namespace
{

/// One of the two SBX children of unit values a and b, at random.
double simulated_binary(double a, double b, double index, RandomStream& random)
{
    const double low = std::min(a, b), high = std::max(a, b), gap = high - low;
    const double u = random.uniform();
    const bool lower = random.uniform() < 0.5;
    const double room = lower ? low : 1 - high; // to the bound on the child's side
    const double alpha = 2 - std::pow(1 + 2 * room / gap, -(index + 1));
    const double base = u <= 1 / alpha ? u * alpha : 1 / (2 - u * alpha);
    const double beta = std::pow(base, 1 / (index + 1));
    return std::clamp(0.5 * (lower ? a + b - beta * gap : a + b + beta * gap), 0.0, 1.0);
}

double polynomial(double x, double index, RandomStream& random)
{
    const double u = random.uniform();
    if (u < 0.5) {
        const double base = 2 * u + (1 - 2 * u) * std::pow(1 - x, index + 1);
        return std::clamp(x + std::pow(base, 1 / (index + 1)) - 1, 0.0, 1.0);
    }
    const double base = 2 * (1 - u) + 2 * (u - 0.5) * std::pow(x, index + 1);
    return std::clamp(x + 1 - std::pow(base, 1 / (index + 1)), 0.0, 1.0);
}

/// Order crossover: a slice of one parent, the rest in the order of the other.
void order_crossover(double* child, const double* other, std::size_t width, RandomStream& random)
{
    std::size_t from = random.below(width), to = random.below(width);
    if (from > to)
        std::swap(from, to);
    std::vector<bool> kept(width, false);
    for (std::size_t i = from; i <= to; ++i)
        kept[static_cast<std::size_t>(child[i])] = true;
    std::size_t at = 0;
    for (std::size_t i = 0; i < width; ++i) {
        if (kept[static_cast<std::size_t>(other[i])])
            continue;
        if (at == from)
            at = to + 1;
        child[at++] = other[i];
    }
}

void mutate(const Variable& v, double* slots, double index, RandomStream& random)
{
    if (v.kind == Kind::permutation) {
        const std::size_t from = random.below(v.width), to = random.below(v.width);
        if (from < to)
            std::rotate(slots + from, slots + from + 1, slots + to + 1);
        else
            std::rotate(slots + to, slots + from, slots + from + 1);
        return;
    }
    const std::uint64_t n = v.cardinality();
    if (v.kind == Kind::categorical) {
        if (n > 1) {
            const auto other = static_cast<double>(random.below(n - 1));
            slots[0] = other + (other >= slots[0]);
        }
        return;
    }
    const double before = slots[0];
    const double unit = v.to_unit(before);
    slots[0] = v.from_unit(polynomial(unit, index, random));
    if (n > 1 && slots[0] == before) {
        // A step shorter than the distance between neighbours becomes a step to a neighbour.
        const double step = 1.0 / static_cast<double>(n);
        const bool up = unit + step >= 1 ? false : unit - step <= 0 || random.uniform() < 0.5;
        if (v.kind == Kind::integer)
            slots[0] = std::clamp(before + (up ? 1 : -1), v.low, v.high);
        else
            slots[0] = v.from_unit(unit + (up ? step : -step));
    }
}

void cross(const Variable& v, double* child, const double* other, double index, RandomStream& random)
{
    // A value that the first parent does not have comes from the other; settle() removes what must not be.
    if (std::isnan(child[0]) || std::isnan(other[0])) {
        if (std::isnan(child[0]))
            std::copy(other, other + v.width, child);
        return;
    }
    if (v.kind == Kind::permutation) {
        order_crossover(child, other, v.width, random);
    } else if (v.kind == Kind::categorical) {
        if (random.uniform() < 0.5)
            child[0] = other[0];
    } else if (child[0] != other[0] && random.uniform() < 0.5) {
        child[0] = v.from_unit(simulated_binary(v.to_unit(child[0]), v.to_unit(other[0]), index, random));
    }
}

} // namespace

Candidate offspring(const Space& space, const Candidate& a, const Candidate& b, const VariationConfig& config,
                    RandomStream& random)
{
    Candidate child = a;
    if (random.uniform() < config.crossover_probability)
        for (const Variable& v : space.variables())
            cross(v, &child[v.slot], &b[v.slot], config.crossover_index, random);
    std::size_t active = 0;
    for (const Variable& v : space.variables())
        active += !std::isnan(child[v.slot]);
    const double rate = 1.0 / static_cast<double>(std::max<std::size_t>(active, 1));
    for (const Variable& v : space.variables())
        if (!std::isnan(child[v.slot]) && random.uniform() < rate)
            mutate(v, &child[v.slot], config.mutation_index, random);
    space.settle(child, random);
    return child;
}

void mutate_one(const Space& space, Candidate& candidate, RandomStream& random, double index)
{
    const auto& variables = space.variables();
    std::size_t i = random.below(variables.size());
    while (std::isnan(candidate[variables[i].slot]))
        i = random.below(variables.size());
    mutate(variables[i], &candidate[variables[i].slot], index, random);
    space.settle(candidate, random);
}

} // namespace imc::nas
