#include <algorithm>

#include "nas/algorithms/evolutionary.h"

namespace imc::nas
{

namespace
{

/// Real, Aggarwal, Huang & Le, "Regularized evolution for image classifier architecture search", AAAI 2019,
/// for several objectives: one of the non-dominated candidates of the sample is mutated.
class AgingEvolution final : public Evolutionary
{
public:
    AgingEvolution(const AlgorithmConfig& config, const Problem& problem)
        : Evolutionary(config, problem), tournament_(config.tournament)
    {
    }

protected:
    std::size_t parent(RandomStream& random) const override
    {
        std::vector<std::size_t> sample;
        for (std::size_t i = 0; i < tournament_; ++i)
            sample.push_back(population_[random.below(population_.size())]);
        std::sort(sample.begin(), sample.end());
        sample.erase(std::unique(sample.begin(), sample.end()), sample.end());
        const std::vector<std::size_t> rank = ranks(sample);
        std::vector<std::size_t> best;
        for (std::size_t i = 0; i < sample.size(); ++i)
            if (rank[i] == 0)
                best.push_back(sample[i]);
        return best[random.below(best.size())];
    }

    Candidate child(RandomStream& random) const override
    {
        Candidate candidate = trials_[parent(random)].candidate;
        mutate_one(space(), candidate, random, variation_.mutation_index);
        return candidate;
    }

    void absorb(std::size_t trial) override
    {
        if (trials_[trial].failed)
            return;
        population_.push_back(trial);
        if (population_.size() > size_)
            population_.erase(population_.begin());
    }

private:
    std::size_t tournament_;
};

} // namespace

std::unique_ptr<Algorithm> make_aging_evolution(const AlgorithmConfig& config, const Problem& problem)
{
    return std::make_unique<AgingEvolution>(config, problem);
}

} // namespace imc::nas
