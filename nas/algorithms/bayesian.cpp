#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <numeric>

#include "nas/algorithms/algorithm.h"
#include "nas/algorithms/halton.h"
#include "nas/algorithms/neighbours.h"
#include "nas/algorithms/variation.h"
#include "nas/space/count.h"
#include "nas/surrogate/objective_model.h"

namespace imc::nas
{

namespace
{

using Codes = GaussianProcess::Codes;

constexpr std::size_t fitted = 200;      ///< results that hyperparameters are fitted to at most
constexpr std::size_t conditioned = 400; ///< results that predictions are conditioned on at most
constexpr std::size_t beam = 4;
constexpr int climbs = 8;
constexpr std::size_t end_every = 5; ///< proposals between two that look for an end of the front

/// Bayesian optimisation: a Gaussian process per objective that is not known beforehand, and the candidate
/// with the greatest expected gain in hypervolume, found by scoring a pool and climbing from its best.
/// Results still pending count as what the model expects of them. If some trials failed or broke a
/// constraint on results, the gain is weighed with the probability of success.
class Bayesian final : public Algorithm
{
public:
    Bayesian(const AlgorithmConfig& config, const Problem& problem)
        : Algorithm(problem), pool_size_(config.pool), features_(*problem.space, known_of(problem)),
          halton_(problem.space->slots(), problem.seed), models_(problem.objectives, ObjectiveModel(features_)),
          success_(features_)
    {
        initial_ = config.initial ? config.initial : problem.space->variables().size() + 2;
        if (problem.budget)
            initial_ = std::min(initial_, std::max<std::size_t>(4, problem.budget / 4));
        std::vector<Candidate> all;
        const bool listed = for_each_candidate(space(), 8 * pool_size_, [&](const Candidate& c) {
            all.push_back(c);
            return true;
        });
        if (listed)
            all_ = std::move(all);
    }

    std::optional<Proposal> ask() const override
    {
        RandomStream random = stream("nas.bayesian");
        std::optional<Candidate> best;
        if (trials_.size() < initial_ || usable_.size() < 3)
            best = at_point(space(), halton_.point(trials_.size()), random);
        else
            best = Search(*this, random).run();
        best = fresh(std::move(*best), random);
        if (!best)
            return std::nullopt;
        return Proposal{std::move(*best), problem_.fidelities - 1};
    }

    std::vector<std::size_t> population() const override { return usable_; }

protected:
    void absorb(std::size_t trial) override
    {
        ++told_;
        unsuccessful_ += trials_[trial].failed || trials_[trial].violation > 0;
        if (!trials_[trial].failed)
            usable_.push_back(trial);
        // Often while results are few, then ever more rarely.
        if (usable_.size() < 3 || told_ < next_fit_)
            return;
        next_fit_ = told_ + 1 + told_ / 50;
        const std::vector<std::size_t> chosen = selection(fitted);
        const int iterations = std::exchange(first_fit_, false) ? 40 : 8;
        for (std::size_t m = 0; m < problem_.objectives; ++m)
            if (!problem_.known[m])
                models_[m].fit(codes(chosen), values(chosen, m), iterations);
        if (unsuccessful_ > 0) {
            std::vector<std::size_t> labelled;
            const std::vector<double> labels = successes(labelled);
            success_.fit(codes(labelled), labels, iterations);
        }
    }

private:
    /// One proposal's search.
    class Search
    {
    public:
        Search(const Bayesian& owner, RandomStream& random)
            : o_(owner), random_(random), models_(owner.models_), success_(owner.success_)
        {
            condition();
            improvement_ = std::make_unique<ExpectedImprovement>(front_, reference());
        }

        Candidate run()
        {
            std::vector<Candidate> pool = o_.all_.empty() ? random_pool() : o_.all_;
            score(pool);
            if (best_.empty())
                return sample_admissible(o_.space(), random_);
            // Now and then an end of the front, which the gain in hypervolume undervalues as long as the
            // reference point is drawn from what was seen.
            const std::size_t turn = o_.trials_.size() - o_.initial_;
            if (const std::size_t m = turn / end_every; turn % end_every == 0)
                if (const auto end = end_of_front(pool, m % o_.problem_.objectives))
                    return *end;
            if (o_.all_.empty())
                climb();
            return best_.front().candidate;
        }

    private:
        struct Scored {
            Candidate candidate;
            double gain;
        };

        /// Conditions the models on results and, at their expected values, on what is pending.
        void condition()
        {
            const std::vector<std::size_t> known = o_.selection(conditioned);
            std::vector<std::size_t> pending;
            for (std::size_t t = 0; t < o_.trials_.size(); ++t)
                if (!o_.trials_[t].told)
                    pending.push_back(t);
            std::vector<std::size_t> both = known;
            both.insert(both.end(), pending.begin(), pending.end());
            const Codes known_codes = o_.codes(known), pending_codes = o_.codes(pending), codes = o_.codes(both);
            front_.assign(both.size(), Objectives(o_.problem_.objectives));
            for (std::size_t m = 0; m < models_.size(); ++m) {
                if (const auto& exact = o_.problem_.known[m]) {
                    for (std::size_t i = 0; i < both.size(); ++i)
                        front_[i][m] = exact(o_.trials_[both[i]].candidate);
                    continue;
                }
                std::vector<double> values = o_.values(known, m);
                models_[m].condition(known_codes, values);
                for (const Belief& b : models_[m].predict(pending_codes))
                    values.push_back(b.median());
                models_[m].condition(codes, values);
                const std::vector<Belief> smoothed = models_[m].predict(codes);
                for (std::size_t i = 0; i < both.size(); ++i)
                    front_[i][m] = smoothed[i].median();
            }
            // What breaks a constraint is no part of the front.
            for (std::size_t i = both.size(); i-- > 0;)
                if (o_.trials_[both[i]].violation > 0) {
                    front_.erase(front_.begin() + static_cast<std::ptrdiff_t>(i));
                    both.erase(both.begin() + static_cast<std::ptrdiff_t>(i));
                }
            if (o_.unsuccessful_ > 0) {
                std::vector<std::size_t> labelled;
                const std::vector<double> labels = o_.successes(labelled);
                success_.condition(o_.codes(labelled), labels);
            }
            for (const std::size_t i : non_dominated(front_))
                leaders_.push_back(o_.trials_[both[i]].candidate);
        }

        /// A tenth of the results' extent beyond the worst result.
        Objectives reference() const
        {
            Objectives low(o_.problem_.objectives, INFINITY), high(o_.problem_.objectives, -INFINITY);
            for (const Objectives& p : front_)
                for (std::size_t m = 0; m < p.size(); ++m) {
                    low[m] = std::min(low[m], p[m]);
                    high[m] = std::max(high[m], p[m]);
                }
            for (std::size_t m = 0; m < high.size(); ++m)
                high[m] = std::isfinite(high[m]) ? high[m] + 0.1 * std::max(high[m] - low[m], 1e-12) : 1e300;
            return high;
        }

        std::vector<Candidate> random_pool()
        {
            std::vector<Candidate> pool;
            for (std::size_t i = 0; i < o_.pool_size_; ++i) {
                if (i % 3 == 0 || leaders_.empty()) {
                    pool.push_back(sample_admissible(o_.space(), random_, Checks::cheap));
                    continue;
                }
                Candidate c = leaders_[random_.below(leaders_.size())];
                for (std::uint64_t k = 0, edits = 1 + random_.below(3); k < edits; ++k)
                    mutate_one(o_.space(), c, random_, 5.0);
                pool.push_back(std::move(c));
            }
            return pool;
        }

        /// Scores what was not proposed before and keeps the best few, best first.
        void score(std::vector<Candidate>& candidates)
        {
            std::erase_if(candidates,
                          [&](Candidate& c) { return o_.seen(c) || !o_.space().admissible(c, Checks::cheap); });
            if (candidates.empty())
                return;
            const Codes codes = o_.codes(candidates);
            std::vector<std::vector<Belief>> beliefs(candidates.size(), std::vector<Belief>(models_.size()));
            for (std::size_t m = 0; m < models_.size(); ++m) {
                if (const auto& exact = o_.problem_.known[m]) {
                    for (std::size_t i = 0; i < candidates.size(); ++i)
                        beliefs[i][m] = {exact(candidates[i]), 0.0, false, 0.0};
                    continue;
                }
                const std::vector<Belief> predicted = models_[m].predict(codes);
                for (std::size_t i = 0; i < candidates.size(); ++i)
                    beliefs[i][m] = predicted[i];
            }
            std::vector<GaussianProcess::Prediction> chances;
            if (o_.unsuccessful_ > 0)
                chances = success_.predict(codes);
            std::vector<double> gains;
            for (std::size_t i = 0; i < candidates.size(); ++i) {
                gains.push_back((*improvement_)(beliefs[i]));
                if (!chances.empty())
                    gains[i] *=
                        0.5 * std::erfc((0.5 - chances[i].mean) / (chances[i].deviation + 0.05) / std::numbers::sqrt2);
            }
            // The best first, so that few are asked what costs time to find out.
            std::vector<std::size_t> order(candidates.size());
            std::iota(order.begin(), order.end(), std::size_t{0});
            std::ranges::stable_sort(order, [&](std::size_t i, std::size_t j) { return gains[i] > gains[j]; });
            for (const std::size_t i : order) {
                if (best_.size() == beam && gains[i] <= best_.back().gain)
                    break;
                const auto same = [&](const Scored& s) { return s.gain == gains[i] && s.candidate == candidates[i]; };
                if (std::none_of(best_.begin(), best_.end(), same) &&
                    o_.space().admissible(candidates[i], Checks::costly))
                    keep({candidates[i], gains[i]});
            }
        }

        /// The candidate with the least expected value of one objective, if it is less than all seen.
        std::optional<Candidate> end_of_front(const std::vector<Candidate>& candidates, std::size_t m) const
        {
            std::optional<Candidate> end;
            double least = INFINITY;
            for (const Objectives& p : front_)
                least = std::min(least, p[m]);
            std::vector<double> values;
            if (const auto& exact = o_.problem_.known[m])
                for (const Candidate& c : candidates)
                    values.push_back(exact(c));
            else
                for (const Belief& b : models_[m].predict(o_.codes(candidates)))
                    values.push_back(b.median());
            for (std::size_t i = 0; i < candidates.size(); ++i)
                if (values[i] < least && o_.space().admissible(candidates[i], Checks::costly)) {
                    least = values[i];
                    end = candidates[i];
                }
            return end;
        }

        void keep(Scored scored)
        {
            const auto place =
                std::find_if(best_.begin(), best_.end(), [&](const Scored& s) { return s.gain < scored.gain; });
            best_.insert(place, std::move(scored));
            if (best_.size() > beam)
                best_.pop_back();
        }

        void climb()
        {
            for (int i = 0; i < climbs; ++i) {
                const double before = best_.front().gain;
                std::vector<Candidate> around;
                for (const Scored& s : best_)
                    neighbours(o_.space(), s.candidate, random_, around);
                score(around);
                if (best_.front().gain <= before)
                    return;
            }
        }

        const Bayesian& o_;
        RandomStream& random_;
        std::vector<ObjectiveModel> models_;
        GaussianProcess success_;
        std::vector<Objectives> front_;
        std::vector<Candidate> leaders_;
        std::unique_ptr<ExpectedImprovement> improvement_;
        std::vector<Scored> best_;
    };

    /// What is known of a candidate beforehand also tells about what is not: larger networks err less.
    static std::vector<Features::Known> known_of(const Problem& problem)
    {
        std::vector<Features::Known> known;
        std::ranges::copy_if(problem.known, std::back_inserter(known), [](const auto& exact) { return bool(exact); });
        return known;
    }

    /// At most `count` usable results: by rank, then the latest.
    std::vector<std::size_t> selection(std::size_t count) const
    {
        if (usable_.size() <= count)
            return usable_;
        const std::vector<std::size_t> rank = ranks(usable_);
        std::vector<std::size_t> order(usable_.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return rank[a] != rank[b] ? rank[a] < rank[b] : a > b; });
        order.resize(count);
        std::sort(order.begin(), order.end());
        for (std::size_t& i : order)
            i = usable_[i];
        return order;
    }

    Codes codes(const std::vector<std::size_t>& trials) const
    {
        Codes result;
        for (const std::size_t t : trials)
            result.push_back(features_.encode(trials_[t].candidate));
        return result;
    }

    Codes codes(const std::vector<Candidate>& candidates) const
    {
        Codes result;
        for (const Candidate& c : candidates)
            result.push_back(features_.encode(c));
        return result;
    }

    std::vector<double> values(const std::vector<std::size_t>& trials, std::size_t objective) const
    {
        std::vector<double> result;
        for (const std::size_t t : trials)
            result.push_back(trials_[t].objectives[objective]);
        return result;
    }

    /// 1 for a success, 0 for a failure or a broken constraint, of the latest results.
    std::vector<double> successes(std::vector<std::size_t>& trials) const
    {
        std::vector<double> labels;
        for (std::size_t t = trials_.size(); t-- > 0 && trials.size() < conditioned;)
            if (trials_[t].told) {
                trials.push_back(t);
                labels.push_back(trials_[t].failed || trials_[t].violation > 0 ? 0.0 : 1.0);
            }
        return labels;
    }

    std::size_t initial_ = 0;
    std::size_t pool_size_;
    Features features_;
    Halton halton_;
    std::vector<ObjectiveModel> models_;
    GaussianProcess success_;
    std::vector<Candidate> all_; ///< the whole space if it is small
    std::vector<std::size_t> usable_;
    std::size_t told_ = 0;
    std::size_t unsuccessful_ = 0;
    std::size_t next_fit_ = 0;
    bool first_fit_ = true;
};

} // namespace

std::unique_ptr<Algorithm> make_bayesian(const AlgorithmConfig& config, const Problem& problem)
{
    return std::make_unique<Bayesian>(config, problem);
}

} // namespace imc::nas
