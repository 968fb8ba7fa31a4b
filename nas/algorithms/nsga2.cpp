#include <algorithm>

#include "nas/algorithms/evolutionary.h"

namespace imc::nas
{

namespace
{

/// Deb, Pratap, Agarwal & Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II",
/// IEEE TEC 6(2), 2002.
class Nsga2 final : public Generational
{
public:
    using Generational::Generational;

protected:
    std::size_t parent(RandomStream& random) const override
    {
        // Survivors are sorted: of two, the one nearer the front of the list wins the tournament.
        return population_[std::min(random.below(population_.size()), random.below(population_.size()))];
    }

    std::vector<std::size_t> survivors(std::vector<std::size_t> candidates) override
    {
        const std::vector<std::size_t> rank = ranks(candidates);
        std::vector<Objectives> points;
        std::vector<std::vector<std::size_t>> fronts;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            points.push_back(trials_[candidates[i]].objectives);
            if (fronts.size() <= rank[i])
                fronts.resize(rank[i] + 1);
            fronts[rank[i]].push_back(i);
        }
        std::vector<std::size_t> kept;
        for (const auto& front : fronts) {
            const std::vector<double> crowding = crowding_distances(points, front);
            std::vector<std::size_t> order(front.size());
            for (std::size_t k = 0; k < order.size(); ++k)
                order[k] = k;
            std::stable_sort(order.begin(), order.end(),
                             [&](std::size_t a, std::size_t b) { return crowding[a] > crowding[b]; });
            for (const std::size_t k : order)
                if (kept.size() < size_)
                    kept.push_back(candidates[front[k]]);
            if (kept.size() == size_)
                break;
        }
        return kept;
    }
};

} // namespace

std::unique_ptr<Algorithm> make_nsga2(const AlgorithmConfig& config, const Problem& problem)
{
    return std::make_unique<Nsga2>(config, problem);
}

} // namespace imc::nas
