#include <algorithm>
#include <numeric>

#include "nas/algorithms/evolutionary.h"
#include "nas/indicators/hypervolume.h"

namespace imc::nas
{

namespace
{

/// Beume, Naujoks & Emmerich, "SMS-EMOA: Multiobjective selection based on dominated hypervolume", EJOR
/// 181(3), 2007: each result enters the population, then the worst leaves it. Dominated candidates leave
/// first, by how many dominate them; among non-dominated ones the least exclusive hypervolume leaves,
/// with the reference point a tenth of the front's extent beyond its nadir.
///
/// Exclusive volumes are kept between trials: a candidate that comes or goes changes only those it shares
/// volume with that no third one covers.
class SmsEmoa final : public Evolutionary
{
public:
    using Evolutionary::Evolutionary;

protected:
    std::size_t parent(RandomStream& random) const override
    {
        const std::size_t a = random.below(population_.size()), b = random.below(population_.size());
        return population_[members_[b].dominators < members_[a].dominators ? b : a];
    }

    void absorb(std::size_t index) override
    {
        if (trials_[index].failed)
            return;
        Member newcomer;
        for (std::size_t i = 0; i < population_.size(); ++i) {
            const Trial& other = trials_[population_[i]];
            if (better(other, trials_[index]))
                ++newcomer.dominators;
            else if (better(trials_[index], other))
                ++members_[i].dominators;
        }
        population_.push_back(index);
        members_.push_back(newcomer);
        disturb(population_.size() - 1);
        if (population_.size() > size_)
            remove(worst());
    }

private:
    struct Member {
        std::size_t dominators = 0;
        double contribution = -1.0; ///< negative: not known
    };

    static bool better(const Trial& a, const Trial& b)
    {
        return a.violation != b.violation ? a.violation < b.violation : dominates(a.objectives, b.objectives);
    }

    const Objectives& point(std::size_t member) const { return trials_[population_[member]].objectives; }

    std::size_t worst()
    {
        const auto most = std::max_element(members_.begin(), members_.end(), [](const Member& a, const Member& b) {
            return a.dominators <= b.dominators; // the last of equals: the newest
        });
        if (most->dominators > 0)
            return static_cast<std::size_t>(most - members_.begin());
        update_reference();
        for (std::size_t i = 0; i < members_.size(); ++i)
            if (members_[i].contribution < 0)
                members_[i].contribution = exclusive(i);
        const auto least = std::min_element(members_.begin(), members_.end(), [](const Member& a, const Member& b) {
            return a.contribution < b.contribution;
        });
        return static_cast<std::size_t>(least - members_.begin());
    }

    void remove(std::size_t leaving)
    {
        const Trial& trial = trials_[population_[leaving]];
        for (std::size_t i = 0; i < population_.size(); ++i)
            members_[i].dominators -= better(trial, trials_[population_[i]]);
        disturb(leaving);
        population_.erase(population_.begin() + static_cast<std::ptrdiff_t>(leaving));
        members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(leaving));
    }

    void update_reference()
    {
        Objectives ideal = point(0), nadir = ideal;
        for (std::size_t i = 1; i < population_.size(); ++i)
            for (std::size_t m = 0; m < ideal.size(); ++m) {
                ideal[m] = std::min(ideal[m], point(i)[m]);
                nadir[m] = std::max(nadir[m], point(i)[m]);
            }
        for (std::size_t m = 0; m < ideal.size(); ++m)
            nadir[m] += 0.1 * (nadir[m] - ideal[m]);
        if (nadir != reference_)
            for (Member& member : members_)
                member.contribution = -1;
        reference_ = std::move(nadir);
    }

    /// Forgets the contributions that the coming or going of a member changes.
    void disturb(std::size_t member)
    {
        members_[member].contribution = -1;
        for (std::size_t i = 0; i < members_.size(); ++i)
            if (members_[i].contribution >= 0 && share(i, member))
                members_[i].contribution = -1;
    }

    bool share(std::size_t a, std::size_t b)
    {
        shared_.resize(problem_.objectives);
        for (std::size_t m = 0; m < shared_.size(); ++m)
            shared_[m] = std::max(point(a)[m], point(b)[m]);
        for (std::size_t r = 0; r < population_.size(); ++r) {
            if (r == a || r == b)
                continue;
            const Objectives& p = point(r);
            std::size_t m = 0;
            while (m < shared_.size() && p[m] <= shared_[m])
                ++m;
            if (m == shared_.size())
                return false;
        }
        return true;
    }

    double exclusive(std::size_t member)
    {
        const Objectives& p = point(member);
        double volume = 1;
        for (std::size_t m = 0; m < p.size(); ++m)
            volume *= reference_[m] - p[m];
        // What the others cover of its box, non-dominated parts only.
        limits_.clear();
        for (std::size_t r = 0; r < population_.size(); ++r)
            if (r != member)
                limit(p, point(r));
        return std::max(0.0, volume - hypervolume(limits_, reference_));
    }

    void limit(const Objectives& p, const Objectives& other)
    {
        shared_.resize(p.size());
        for (std::size_t m = 0; m < p.size(); ++m) {
            shared_[m] = std::max(p[m], other[m]);
            if (!(shared_[m] < reference_[m]))
                return;
        }
        const auto covers = [](const Objectives& a, const Objectives& b) {
            for (std::size_t m = 0; m < a.size(); ++m)
                if (a[m] > b[m])
                    return false;
            return true;
        };
        for (const Objectives& kept : limits_)
            if (covers(kept, shared_))
                return;
        std::erase_if(limits_, [&](const Objectives& kept) { return covers(shared_, kept); });
        limits_.push_back(shared_);
    }

    std::vector<Member> members_; ///< parallel to population_
    Objectives reference_;
    Objectives shared_;              ///< scratch
    std::vector<Objectives> limits_; ///< scratch
};

} // namespace

std::unique_ptr<Algorithm> make_sms_emoa(const AlgorithmConfig& config, const Problem& problem)
{
    return std::make_unique<SmsEmoa>(config, problem);
}

} // namespace imc::nas
