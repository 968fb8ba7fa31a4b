#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "nas/indicators/dominance.h"
#include "nas/space/space.h"

namespace imc::nas
{

/// What an algorithm is told about the problem.
struct Problem {
    const Space* space = nullptr;
    std::size_t objectives = 2;
    /// Per objective a function that gives it without an evaluation, or nothing.
    std::vector<std::function<double(const Candidate&)>> known;
    std::size_t budget = 0;     ///< trials in all
    std::size_t fidelities = 1; ///< rungs, the last being the one that counts
    std::uint64_t seed = 1;
};

struct Proposal {
    Candidate candidate;
    std::size_t fidelity = 0; ///< rung
};

/// What came of a trial. Objectives are to be minimised and finite unless it failed.
struct Outcome {
    Objectives objectives;
    double violation = 0.0; ///< of the constraints on results; 0 is feasible
    bool failed = false;
};

enum class AlgorithmKind { automatic, quasi_random, nsga2, nsga3, sms_emoa, aging_evolution, bayesian, halving };

inline constexpr config::Choice<AlgorithmKind> algorithm_kinds[] = {
    {"auto", AlgorithmKind::automatic, "bayesian up to surrogate_budget trials, sms_emoa above"},
    {"quasi_random", AlgorithmKind::quasi_random, "scrambled Halton points: the base line"},
    {"nsga2", AlgorithmKind::nsga2, "non-dominated ranks and crowding"},
    {"nsga3", AlgorithmKind::nsga3, "non-dominated ranks and reference directions, for three objectives and more"},
    {"sms_emoa", AlgorithmKind::sms_emoa, "steady state, the least hypervolume contribution leaves"},
    {"aging_evolution", AlgorithmKind::aging_evolution, "mutation only, the oldest leaves"},
    {"bayesian", AlgorithmKind::bayesian, "Gaussian processes and expected hypervolume improvement"},
    {"halving", AlgorithmKind::halving, "successive halving by non-dominated rank over the fidelities"},
};

/// The defaults are meant for every problem.
struct AlgorithmConfig {
    AlgorithmKind kind = AlgorithmKind::automatic;
    std::size_t population = 0;
    double crossover_probability = 0.8;
    double crossover_index = 15.0;
    double mutation_index = 20.0;
    std::size_t tournament = 10;
    std::size_t initial = 0;
    std::size_t surrogate_budget = 1000;
    std::size_t pool = 1500;
    double reduction = 3.0;

    void fields(config::Visitor& v);
    /// The population for a budget: as stated, else its square root within 20 and 100.
    std::size_t population_for(std::size_t budget) const;
};

/// Ask and tell. ask() is const and its random numbers belong to the trial it is asked for, so the state
/// depends only on the sequence of propose() and tell(): a resumed study repeats those from its journal.
class Algorithm
{
public:
    explicit Algorithm(const Problem& problem);
    virtual ~Algorithm() = default;

    /// What trial number trials().size() should be; nothing if the space is exhausted.
    virtual std::optional<Proposal> ask() const = 0;
    /// Makes a proposal the next trial; its result is pending.
    virtual void propose(Proposal proposal);
    /// Gives the result of a trial.
    void tell(std::size_t trial, Outcome outcome);

    /// The trials the algorithm builds on now.
    virtual std::vector<std::size_t> population() const { return {}; }

    struct Trial {
        Candidate candidate;
        std::size_t fidelity = 0;
        Objectives objectives; ///< empty while pending or if failed
        double violation = 0.0;
        bool told = false;
        bool failed = false;
        bool usable() const { return told && !failed; }
    };
    const std::vector<Trial>& trials() const { return trials_; }

protected:
    /// A result has arrived: trials_[trial] holds it.
    virtual void absorb(std::size_t trial) = 0;

    const Space& space() const { return *problem_.space; }
    RandomStream stream(const char* purpose) const { return {problem_.seed, purpose, trials_.size()}; }
    bool seen(const Candidate& candidate) const;
    /// The candidate, repaired; changed if it was proposed before. Nothing if the space is exhausted.
    std::optional<Candidate> fresh(Candidate candidate, RandomStream& random) const;
    std::vector<std::size_t> ranks(const std::vector<std::size_t>& trials) const;

    Problem problem_;
    std::vector<Trial> trials_;

private:
    std::unordered_set<std::uint64_t> seen_;
};

std::unique_ptr<Algorithm> make_algorithm(const AlgorithmConfig& config, const Problem& problem);

std::unique_ptr<Algorithm> make_quasi_random(const AlgorithmConfig& config, const Problem& problem);
std::unique_ptr<Algorithm> make_nsga2(const AlgorithmConfig& config, const Problem& problem);
std::unique_ptr<Algorithm> make_nsga3(const AlgorithmConfig& config, const Problem& problem);
std::unique_ptr<Algorithm> make_sms_emoa(const AlgorithmConfig& config, const Problem& problem);
std::unique_ptr<Algorithm> make_aging_evolution(const AlgorithmConfig& config, const Problem& problem);
std::unique_ptr<Algorithm> make_bayesian(const AlgorithmConfig& config, const Problem& problem);
std::unique_ptr<Algorithm> make_halving(const AlgorithmConfig& config, const Problem& problem);

} // namespace imc::nas
