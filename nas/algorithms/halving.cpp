#include <algorithm>
#include <cmath>

#include "nas/algorithms/evolutionary.h"

namespace imc::nas
{

namespace
{

/// Successive halving without waiting (Li et al., "A system for massively parallel hyperparameter tuning",
/// MLSys 2020) with non-dominated rank in the place of a loss: of the results on a rung the best 1/reduction
/// go on to the next. Where nobody is due for promotion, a new candidate starts on the lowest rung: a child
/// of good ones there.
class Halving final : public Evolutionary
{
public:
    Halving(const AlgorithmConfig& config, const Problem& problem)
        : Evolutionary(config, problem), reduction_(config.reduction), done_(problem.fidelities),
          promoted_(problem.fidelities)
    {
    }

    std::optional<Proposal> ask() const override
    {
        for (std::size_t rung = problem_.fidelities - 1; rung-- > 0;)
            if (const auto trial = due(rung))
                return Proposal{trials_[*trial].candidate, rung + 1};
        auto proposal = Evolutionary::ask();
        if (proposal)
            proposal->fidelity = 0;
        return proposal;
    }

    void propose(Proposal proposal) override
    {
        if (proposal.fidelity > 0)
            promoted_[proposal.fidelity - 1].push_back(proposal.candidate);
        Evolutionary::propose(std::move(proposal));
    }

    std::vector<std::size_t> population() const override { return done_.back(); }

protected:
    std::size_t parent(RandomStream& random) const override
    {
        return population_[std::min(random.below(population_.size()), random.below(population_.size()))];
    }

    void absorb(std::size_t trial) override
    {
        if (trials_[trial].failed)
            return;
        const std::size_t rung = trials_[trial].fidelity;
        done_[rung].push_back(trial);
        if (rung > 0)
            return;
        // Parents: the better half of the lowest rung, best first.
        population_ = by_rank(done_[0]);
        population_.resize(std::min(size_, (population_.size() + 1) / 2));
    }

private:
    std::vector<std::size_t> by_rank(const std::vector<std::size_t>& trials) const
    {
        const std::vector<std::size_t> rank = ranks(trials);
        std::vector<Objectives> points;
        for (const std::size_t t : trials)
            points.push_back(trials_[t].objectives);
        std::vector<double> crowding(trials.size());
        const std::size_t last = trials.empty() ? 0 : *std::max_element(rank.begin(), rank.end()) + 1;
        for (std::size_t level = 0; level < last; ++level) {
            std::vector<std::size_t> front;
            for (std::size_t i = 0; i < trials.size(); ++i)
                if (rank[i] == level)
                    front.push_back(i);
            const std::vector<double> distances = crowding_distances(points, front);
            for (std::size_t k = 0; k < front.size(); ++k)
                crowding[front[k]] = distances[k];
        }
        std::vector<std::size_t> order(trials.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return rank[a] != rank[b] ? rank[a] < rank[b] : crowding[a] > crowding[b];
        });
        for (std::size_t& i : order)
            i = trials[i];
        return order;
    }

    /// The best result on the rung that belongs to its top share and was not promoted yet.
    std::optional<std::size_t> due(std::size_t rung) const
    {
        const auto share = static_cast<std::size_t>(static_cast<double>(done_[rung].size()) / reduction_);
        if (share <= promoted_[rung].size())
            return std::nullopt;
        const std::vector<std::size_t> order = by_rank(done_[rung]);
        for (std::size_t k = 0; k < share; ++k) {
            const Candidate& c = trials_[order[k]].candidate;
            const auto same = [&](const Candidate& other) { return space().text(other) == space().text(c); };
            if (std::none_of(promoted_[rung].begin(), promoted_[rung].end(), same))
                return order[k];
        }
        return std::nullopt;
    }

    double reduction_;
    std::vector<std::vector<std::size_t>> done_;   ///< per rung: usable results
    std::vector<std::vector<Candidate>> promoted_; ///< per rung: what was sent to the next
};

} // namespace

std::unique_ptr<Algorithm> make_halving(const AlgorithmConfig& config, const Problem& problem)
{
    return std::make_unique<Halving>(config, problem);
}

} // namespace imc::nas
