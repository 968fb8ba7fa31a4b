#include "nas/algorithms/algorithm.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "nas/algorithms/variation.h"
#include "nas/space/count.h"

namespace imc::nas
{

namespace
{

constexpr int mutations_tried = 20;
constexpr int samples_tried = 50;
constexpr std::uint64_t enumerable = 2'000'000;

/// Two of 10⁶ candidates share this 64-bit value with probability 3·10⁻⁸; the second would not be proposed.
std::uint64_t fingerprint(const Candidate& candidate)
{
    std::uint64_t h = 0x9e3779b97f4a7c15ull;
    for (const double v : candidate) {
        // Inactive slots hold whatever NaN, and -0 equals 0.
        const std::uint64_t bits = v != v ? 1 : std::bit_cast<std::uint64_t>(v + 0.0);
        h = (h ^ bits) * 0xff51afd7ed558ccdull;
        h ^= h >> 32;
    }
    return h;
}

struct Entry {
    AlgorithmKind kind;
    std::unique_ptr<Algorithm> (*make)(const AlgorithmConfig&, const Problem&);
};

constexpr Entry algorithms[] = {
    {AlgorithmKind::quasi_random, make_quasi_random},
    {AlgorithmKind::nsga2, make_nsga2},
    {AlgorithmKind::nsga3, make_nsga3},
    {AlgorithmKind::sms_emoa, make_sms_emoa},
    {AlgorithmKind::aging_evolution, make_aging_evolution},
    {AlgorithmKind::bayesian, make_bayesian},
    {AlgorithmKind::halving, make_halving},
};

} // namespace

void AlgorithmConfig::fields(config::Visitor& v)
{
    v.choice("name", kind, algorithm_kinds, "which algorithm");
    v.integer("population", population, {0, 100000}, unit::none,
              "candidates kept by the evolutionary algorithms; 0 = √budget within 20 and 100");
    v.real("crossover_probability", crossover_probability, {0, 1}, unit::none, "share of offspring with two parents");
    v.real("crossover_index", crossover_index, {0, 1000}, unit::none, "SBX distribution index");
    v.real("mutation_index", mutation_index, {0, 1000}, unit::none, "polynomial mutation distribution index");
    v.integer("tournament", tournament, {1, 100000}, unit::none, "aging evolution: candidates drawn per parent");
    v.integer("initial", initial, {0, 1000000}, unit::none, "bayesian: quasi-random trials first; 0 = by the space");
    v.integer("surrogate_budget", surrogate_budget, {0, 100000}, unit::none, "auto: largest budget for bayesian");
    v.integer("pool", pool, {10, 1000000}, unit::none, "bayesian: candidates scored per proposal");
    v.real("reduction", reduction, {1.5, 100}, unit::none, "halving: one of so many is promoted to the next rung");
}

std::size_t AlgorithmConfig::population_for(std::size_t budget) const
{
    const auto root = static_cast<std::size_t>(std::sqrt(static_cast<double>(budget)));
    return population > 0 ? std::max<std::size_t>(population, 4) : std::clamp<std::size_t>(root, 20, 100);
}

Algorithm::Algorithm(const Problem& problem) : problem_(problem)
{
    if (!problem.space || problem.objectives == 0 || problem.fidelities == 0)
        throw std::invalid_argument("an algorithm needs a space, an objective and a fidelity");
    problem_.known.resize(problem.objectives);
}

void Algorithm::propose(Proposal proposal)
{
    seen_.insert(fingerprint(proposal.candidate));
    Trial trial;
    trial.candidate = std::move(proposal.candidate);
    trial.fidelity = proposal.fidelity;
    trials_.push_back(std::move(trial));
}

void Algorithm::tell(std::size_t index, Outcome outcome)
{
    Trial& trial = trials_.at(index);
    if (trial.told)
        throw std::invalid_argument("trial " + std::to_string(index) + " was told twice");
    if (!outcome.failed && outcome.objectives.size() != problem_.objectives)
        throw std::invalid_argument("an outcome has the wrong number of objectives");
    trial.told = true;
    trial.failed = outcome.failed;
    trial.objectives = std::move(outcome.objectives);
    trial.violation = outcome.violation;
    absorb(index);
}

bool Algorithm::seen(const Candidate& candidate) const { return seen_.contains(fingerprint(candidate)); }

std::optional<Candidate> Algorithm::fresh(Candidate candidate, RandomStream& random) const
{
    Candidate trial = candidate;
    for (int i = 0; i <= mutations_tried; ++i) {
        if (repair(space(), trial, random) && !seen(trial))
            return trial;
        // Ever farther from what was wanted.
        trial = candidate;
        for (int k = 0; k <= i / 4; ++k)
            mutate_one(space(), trial, random);
    }
    for (int i = 0; i < samples_tried; ++i) {
        trial = sample_admissible(space(), random);
        if (!seen(trial))
            return trial;
    }
    std::vector<Candidate> left;
    const bool all = for_each_candidate(space(), enumerable, [&](const Candidate& c) {
        if (!seen(c))
            left.push_back(c);
        return true;
    });
    if (all)
        return left.empty() ? std::nullopt : std::optional(left[random.below(left.size())]);
    return trial;
}

std::vector<std::size_t> Algorithm::ranks(const std::vector<std::size_t>& trials) const
{
    std::vector<Objectives> points;
    std::vector<double> violations;
    points.reserve(trials.size());
    for (const std::size_t t : trials) {
        points.push_back(trials_[t].objectives);
        violations.push_back(trials_[t].violation);
    }
    return non_dominated_ranks(points, violations);
}

std::unique_ptr<Algorithm> make_algorithm(const AlgorithmConfig& config, const Problem& problem)
{
    AlgorithmKind kind = config.kind;
    if (kind == AlgorithmKind::automatic)
        kind = problem.budget <= config.surrogate_budget ? AlgorithmKind::bayesian : AlgorithmKind::sms_emoa;
    for (const Entry& entry : algorithms)
        if (entry.kind == kind)
            return entry.make(config, problem);
    throw std::invalid_argument("no such algorithm");
}

} // namespace imc::nas
