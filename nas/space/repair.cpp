#include <algorithm>
#include <cmath>
#include <limits>

#include "nas/space/space.h"
#include "sim/base/errors.h"

namespace imc::nas
{

namespace
{

constexpr std::uint64_t tried_in_full = 64; ///< a variable with at most so many values is tried with all
constexpr int grid = 33;                    ///< points tried of a larger one
constexpr int restarts = 200;
constexpr int costly_restarts = 3; ///< where asking takes milliseconds, so that giving up takes seconds

/// The values worth trying for a variable with one slot.
std::vector<double> alternatives(const Variable& v)
{
    std::vector<double> values;
    if (const std::uint64_t n = v.cardinality(); n > 0 && n <= tried_in_full)
        for (std::uint64_t i = 0; i < n; ++i)
            values.push_back(v.value(i));
    else
        for (int i = 0; i < grid; ++i)
            values.push_back(v.from_unit(i / (grid - 1.0)));
    return values;
}

struct Move {
    Candidate candidate;
    double violation;
    double distance;
    bool better_than(const Move& other) const
    {
        return violation < other.violation || (violation == other.violation && distance < other.distance);
    }
};

/// Between a violating value and an admissible one, bisects towards the first.
void approach(const Space& space, const Variable& v, double from, Candidate& admissible, Checks checks)
{
    double bad = v.to_unit(from), good = v.to_unit(admissible[v.slot]);
    Candidate trial = admissible;
    for (int i = 0; i < 30 && bad != good; ++i) {
        const double middle = 0.5 * (bad + good);
        trial[v.slot] = v.from_unit(middle);
        if (space.admissible(trial, checks)) {
            good = middle;
            admissible = trial;
        } else {
            bad = middle;
        }
    }
}

/// Gives one variable its best value; false if nothing changes.
bool improve(const Space& space, Candidate& candidate, const Variable& v, RandomStream& random, Checks checks)
{
    const double current = space.violation(candidate, checks);
    Move best{candidate, current, 0.0};
    const auto consider = [&](Candidate changed, double distance) {
        space.settle(changed, random);
        const Move move{changed, space.violation(changed, checks), distance};
        if (move.better_than(best))
            best = move;
    };
    if (v.kind == Kind::permutation) {
        for (std::size_t i = 0; i < v.width; ++i)
            for (std::size_t j = 0; j < i; ++j) {
                Candidate changed = candidate;
                std::swap(changed[v.slot + i], changed[v.slot + j]);
                consider(std::move(changed), 1.0);
            }
    } else {
        for (const double value : alternatives(v)) {
            if (value == candidate[v.slot])
                continue;
            Candidate changed = candidate;
            changed[v.slot] = value;
            consider(std::move(changed),
                     v.numeric() ? std::abs(v.to_unit(value) - v.to_unit(candidate[v.slot])) : random.uniform());
        }
    }
    if (best.violation >= current)
        return false;
    const double from = candidate[v.slot];
    candidate = std::move(best.candidate);
    if (best.violation == 0 && v.kind == Kind::real)
        approach(space, v, from, candidate, checks);
    return true;
}

bool descend(const Space& space, Candidate& candidate, RandomStream& random, Checks checks)
{
    const std::size_t steps = 4 * space.variables().size() + 16;
    for (std::size_t step = 0; step < steps; ++step) {
        std::vector<const Constraint*> violated;
        for (const Constraint& c : space.constraints()) {
            if (c.costly && (checks == Checks::cheap || !violated.empty()))
                break; // first what is cheap to see
            if (c.violation(candidate) > 0)
                violated.push_back(&c);
        }
        if (violated.empty())
            return true;
        const Constraint& c = *violated[random.below(violated.size())];
        std::vector<std::size_t> active;
        // What a costly constraint names is likelier to mend it than what it merely depends on.
        const bool by_name = c.costly && !c.named.empty() && random.uniform() < 0.75;
        for (const std::size_t i : by_name ? c.named : c.variables)
            if (space.active(candidate, i))
                active.push_back(i);
        if (active.empty() && by_name)
            continue;
        if (active.empty())
            return false;
        const Variable& v = space.variables()[active[random.below(active.size())]];
        if (!improve(space, candidate, v, random, checks)) {
            // Stuck on a plateau: shake the variable.
            v.sample(candidate.data() + v.slot, random);
            space.settle(candidate, random);
        }
    }
    return space.admissible(candidate, checks);
}

} // namespace

bool repair(const Space& space, Candidate& candidate, RandomStream& random, Checks checks)
{
    if (space.constraints().empty() || space.admissible(candidate, checks))
        return true;
    const bool costly = checks != Checks::cheap && !space.constraints().empty() && space.constraints().back().costly;
    for (int i = 0; i < (costly ? costly_restarts : restarts); ++i) {
        if (descend(space, candidate, random, checks))
            return true;
        candidate = space.sample(random);
    }
    return false;
}

Candidate sample_admissible(const Space& space, RandomStream& random, Checks checks)
{
    for (int i = 0; i < restarts; ++i) {
        Candidate candidate = space.sample(random);
        if (space.admissible(candidate, checks))
            return candidate;
    }
    Candidate candidate = space.sample(random);
    if (!repair(space, candidate, random, checks))
        throw RunError("no candidate that satisfies the constraints was found");
    return candidate;
}

} // namespace imc::nas
