#include "nas/space/count.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace imc::nas
{

namespace
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();
struct TooMany {
};

BigInteger values_of(const Variable& v)
{
    if (v.kind != Kind::permutation)
        return v.cardinality();
    BigInteger factorial = 1;
    for (std::size_t i = 2; i <= v.width; ++i)
        factorial *= i;
    return factorial;
}

/// Puts every value of the variable into the candidate in turn; stops when `f` returns false.
template <class F> bool for_each_value(const Variable& v, Candidate& candidate, F f)
{
    double* slots = candidate.data() + v.slot;
    if (v.kind != Kind::permutation) {
        for (std::uint64_t i = 0, n = v.cardinality(); i < n; ++i) {
            slots[0] = v.value(i);
            if (!f())
                return false;
        }
        return true;
    }
    std::vector<double> order(v.width);
    std::iota(order.begin(), order.end(), 0.0);
    do {
        std::copy(order.begin(), order.end(), slots);
        if (!f())
            return false;
    } while (std::next_permutation(order.begin(), order.end()));
    return true;
}

bool exists(const Variable& v, const Candidate& candidate)
{
    if (!v.when)
        return true;
    const double condition = v.when->evaluate(candidate);
    return !std::isnan(condition) && condition != 0;
}

class Counter
{
public:
    Counter(const Space& space, bool constrained, std::uint64_t steps)
        : space_(space), candidate_(space.slots(), none), assigned_(space.variables().size(), false), steps_(steps)
    {
        for (std::size_t i = 0; i < space.variables().size(); ++i)
            if (const auto& when = space.variables()[i].when) {
                relations_.push_back({space.owners(when->slots()), nullptr});
                relations_.back().variables.push_back(i);
            }
        if (constrained)
            for (const Constraint& c : space.constraints())
                if (!c.costly)
                    relations_.push_back({c.variables, &c});
    }

    BigInteger run()
    {
        std::vector<std::size_t> all(space_.variables().size());
        std::iota(all.begin(), all.end(), 0);
        return count(all);
    }

private:
    struct Relation {
        std::vector<std::size_t> variables;
        const Constraint* constraint;
    };

    /// Groups of free variables that some relation still ties together, each ascending.
    std::vector<std::vector<std::size_t>> parts(const std::vector<std::size_t>& free) const
    {
        std::vector<std::size_t> parent(assigned_.size());
        std::iota(parent.begin(), parent.end(), 0);
        const auto root = [&](std::size_t i) {
            while (parent[i] != i)
                i = parent[i] = parent[parent[i]];
            return i;
        };
        for (const Relation& r : relations_) {
            std::size_t first = assigned_.size();
            for (const std::size_t i : r.variables)
                if (!assigned_[i]) {
                    if (first == assigned_.size())
                        first = i;
                    parent[root(i)] = root(first);
                }
        }
        std::vector<std::vector<std::size_t>> groups;
        std::vector<std::size_t> group_of(assigned_.size(), assigned_.size());
        for (const std::size_t i : free) {
            std::size_t& g = group_of[root(i)];
            if (g == assigned_.size()) {
                g = groups.size();
                groups.emplace_back();
            }
            groups[g].push_back(i);
        }
        return groups;
    }

    BigInteger count(const std::vector<std::size_t>& free)
    {
        BigInteger product = 1;
        for (const auto& part : parts(free)) {
            product *= branch(part);
            if (product == 0)
                break;
        }
        return product;
    }

    /// Conditions refer to earlier variables, so the first of a part knows whether it exists.
    BigInteger branch(const std::vector<std::size_t>& part)
    {
        const std::size_t first = part.front();
        const Variable& v = space_.variables()[first];
        const bool here = exists(v, candidate_);
        if (part.size() == 1 && !constrains(first))
            return here ? values_of(v) : BigInteger(1);
        const std::vector<std::size_t> rest(part.begin() + 1, part.end());
        BigInteger sum = 0;
        const auto take = [&] {
            if (++taken_ > steps_)
                throw TooMany();
            if (holds(first))
                sum += count(rest);
            return true;
        };
        assigned_[first] = true;
        if (here)
            for_each_value(v, candidate_, take);
        std::fill_n(candidate_.begin() + static_cast<std::ptrdiff_t>(v.slot), v.width, none);
        if (!here)
            take();
        assigned_[first] = false;
        return sum;
    }

    bool constrains(std::size_t variable) const
    {
        return std::any_of(relations_.begin(), relations_.end(), [&](const Relation& r) {
            return r.constraint && std::find(r.variables.begin(), r.variables.end(), variable) != r.variables.end();
        });
    }

    /// Whether every constraint that this variable completes is satisfied.
    bool holds(std::size_t variable) const
    {
        for (const Relation& r : relations_) {
            if (!r.constraint || std::find(r.variables.begin(), r.variables.end(), variable) == r.variables.end())
                continue;
            const bool complete =
                std::all_of(r.variables.begin(), r.variables.end(), [&](std::size_t i) { return assigned_[i]; });
            if (complete && r.constraint->violation(candidate_) > 0)
                return false;
        }
        return true;
    }

    const Space& space_;
    Candidate candidate_;
    std::vector<bool> assigned_;
    std::vector<Relation> relations_;
    std::uint64_t steps_;
    std::uint64_t taken_ = 0;
};

class Enumerator
{
public:
    /// `wanted` says of each variable whether it takes part.
    Enumerator(const Space& space, std::vector<bool> wanted, std::uint64_t steps,
               const std::function<bool(const Candidate&)>& visit)
        : space_(space), wanted_(std::move(wanted)), visit_(visit), candidate_(space.slots(), none),
          completed_by_(space.variables().size()), steps_(steps)
    {
        for (const Constraint& c : space.constraints())
            if (std::all_of(c.variables.begin(), c.variables.end(), [&](std::size_t v) { return wanted_[v]; }))
                completed_by_[c.variables.empty() ? 0 : c.variables.back()].push_back(&c);
    }

    bool can_run() const
    {
        for (std::size_t i = 0; i < wanted_.size(); ++i)
            if (wanted_[i] && space_.variables()[i].kind == Kind::real)
                return false;
        return std::none_of(completed_by_.begin(), completed_by_.end(), [](const auto& constraints) {
            return std::any_of(constraints.begin(), constraints.end(), [](const Constraint* c) { return c->costly; });
        });
    }

    bool descend(std::size_t i)
    {
        if (i == space_.variables().size())
            return visit_(candidate_);
        if (!wanted_[i])
            return descend(i + 1);
        const Variable& v = space_.variables()[i];
        const auto take = [&] {
            if (++taken_ > steps_)
                throw TooMany();
            const bool holds = std::all_of(completed_by_[i].begin(), completed_by_[i].end(),
                                           [&](const Constraint* c) { return c->violation(candidate_) == 0; });
            return !holds || descend(i + 1);
        };
        const bool more = exists(v, candidate_) ? for_each_value(v, candidate_, take) : take();
        std::fill_n(candidate_.begin() + static_cast<std::ptrdiff_t>(v.slot), v.width, none);
        return more;
    }

private:
    const Space& space_;
    std::vector<bool> wanted_;
    const std::function<bool(const Candidate&)>& visit_;
    Candidate candidate_;
    std::vector<std::vector<const Constraint*>> completed_by_;
    std::uint64_t steps_;
    std::uint64_t taken_ = 0;
};

std::size_t real_variables(const Space& space)
{
    return static_cast<std::size_t>(std::count_if(space.variables().begin(), space.variables().end(),
                                                  [](const Variable& v) { return v.kind == Kind::real; }));
}

bool has_costly(const Space& space)
{
    return std::any_of(space.constraints().begin(), space.constraints().end(),
                       [](const Constraint& c) { return c.costly; });
}

} // namespace

std::string Size::text() const
{
    switch (kind) {
    case Kind::exact:
        return candidates.str();
    case Kind::at_most:
        return "at most " + candidates.str() + " (not all constraints counted)";
    case Kind::infinite:
        return fmt::format("infinite ({} real variable{})", real_variables, real_variables == 1 ? "" : "s");
    default:
        return "not counted";
    }
}

Size count(const Space& space, std::uint64_t steps)
{
    if (const std::size_t reals = real_variables(space))
        return {Size::Kind::infinite, 0, reals};
    const bool costly = has_costly(space);
    for (const bool constrained : {true, false}) {
        try {
            const BigInteger n = Counter(space, constrained, steps).run();
            return {constrained && !costly ? Size::Kind::exact : Size::Kind::at_most, n, 0};
        } catch (const TooMany&) {
        }
    }
    return {Size::Kind::unknown, 0, 0};
}

bool for_each_candidate(const Space& space, std::uint64_t steps, const std::function<bool(const Candidate&)>& visit)
{
    std::vector<std::size_t> all(space.variables().size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return for_each_choice(space, all, steps, visit);
}

bool for_each_choice(const Space& space, const std::vector<std::size_t>& variables, std::uint64_t steps,
                     const std::function<bool(const Candidate&)>& visit)
{
    std::vector<bool> wanted(space.variables().size(), false);
    for (const std::size_t v : variables)
        wanted[v] = true;
    // Conditions refer to earlier variables only.
    for (std::size_t i = wanted.size(); i-- > 0;)
        if (wanted[i] && space.variables()[i].when)
            for (const std::size_t v : space.owners(space.variables()[i].when->slots()))
                wanted[v] = true;
    Enumerator enumerator(space, std::move(wanted), steps, visit);
    if (!enumerator.can_run())
        return false;
    try {
        enumerator.descend(0);
        return true;
    } catch (const TooMany&) {
        return false;
    }
}

} // namespace imc::nas
