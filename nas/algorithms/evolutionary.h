#pragma once

#include "nas/algorithms/algorithm.h"
#include "nas/algorithms/halton.h"
#include "nas/algorithms/variation.h"

namespace imc::nas
{

/// What evolutionary algorithms share: a quasi-random first population, then offspring of parents chosen
/// by the derived class. Failed trials never enter a population.
class Evolutionary : public Algorithm
{
public:
    Evolutionary(const AlgorithmConfig& config, const Problem& problem)
        : Algorithm(problem),
          size_(config.population_for(problem.budget)), variation_{config.crossover_probability, config.crossover_index,
                                                                   config.mutation_index},
          halton_(problem.space->slots(), problem.seed)
    {
    }

    std::optional<Proposal> ask() const override
    {
        RandomStream random = stream("nas.evolution");
        const bool first = trials_.size() < size_ || population_.empty();
        auto candidate =
            fresh(first ? at_point(space(), halton_.point(trials_.size()), random) : child(random), random);
        if (!candidate)
            return std::nullopt;
        return Proposal{std::move(*candidate), problem_.fidelities - 1};
    }

    std::vector<std::size_t> population() const override { return population_; }

protected:
    virtual std::size_t parent(RandomStream& random) const = 0;
    virtual Candidate child(RandomStream& random) const
    {
        const std::size_t a = parent(random), b = parent(random);
        return offspring(space(), trials_[a].candidate, trials_[b].candidate, variation_, random);
    }

    std::size_t size_;
    VariationConfig variation_;
    std::vector<std::size_t> population_; ///< trial numbers

private:
    Halton halton_;
};

/// Generations: results gather until there are as many as the population is large, then the derived class
/// selects the survivors of both.
class Generational : public Evolutionary
{
public:
    using Evolutionary::Evolutionary;

protected:
    /// Reduces `candidates` to at most size_ trials, best first where order means something.
    virtual std::vector<std::size_t> survivors(std::vector<std::size_t> candidates) = 0;

    void absorb(std::size_t trial) override
    {
        if (trials_[trial].failed)
            return;
        waiting_.push_back(trial);
        if (waiting_.size() < size_)
            return;
        std::vector<std::size_t> all = population_;
        all.insert(all.end(), waiting_.begin(), waiting_.end());
        waiting_.clear();
        population_ = survivors(std::move(all));
    }

private:
    std::vector<std::size_t> waiting_;
};

} // namespace imc::nas
