#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/LU>

#include "nas/algorithms/evolutionary.h"

namespace imc::nas
{

namespace
{

/// Das–Dennis points: all vectors of multiples of 1/divisions that sum to 1.
void simplex_lattice(std::size_t dimensions, std::size_t divisions, std::size_t left, Objectives& prefix,
                     std::vector<Objectives>& out)
{
    if (prefix.size() + 1 == dimensions) {
        out.push_back(prefix);
        out.back().push_back(static_cast<double>(left) / static_cast<double>(divisions));
        return;
    }
    for (std::size_t k = 0; k <= left; ++k) {
        prefix.push_back(static_cast<double>(k) / static_cast<double>(divisions));
        simplex_lattice(dimensions, divisions, left - k, prefix, out);
        prefix.pop_back();
    }
}

/// As many evenly spread directions as the population is large, or somewhat fewer.
std::vector<Objectives> reference_directions(std::size_t dimensions, std::size_t at_most)
{
    std::vector<Objectives> best;
    for (std::size_t divisions = 1; divisions <= at_most; ++divisions) {
        // Number of lattice points: C(divisions + dimensions - 1, dimensions - 1).
        double count = 1;
        for (std::size_t i = 1; i < dimensions; ++i)
            count *= static_cast<double>(divisions + i) / static_cast<double>(i);
        if (count > static_cast<double>(at_most) + 0.5 && divisions > 1)
            break;
        best.clear();
        Objectives prefix;
        simplex_lattice(dimensions, divisions, divisions, prefix, best);
        if (dimensions == 1)
            break;
    }
    return best;
}

/// Deb & Jain, "An evolutionary many-objective optimization algorithm using reference-point-based
/// nondominated sorting approach, part I", IEEE TEC 18(4), 2014.
class Nsga3 final : public Generational
{
public:
    Nsga3(const AlgorithmConfig& config, const Problem& problem)
        : Generational(config, problem), directions_(reference_directions(problem.objectives, size_)),
          ideal_(problem.objectives, std::numeric_limits<double>::infinity())
    {
    }

protected:
    std::size_t parent(RandomStream& random) const override
    {
        const std::size_t a = population_[random.below(population_.size())];
        const std::size_t b = population_[random.below(population_.size())];
        return trials_[b].violation < trials_[a].violation ? b : a;
    }

    std::vector<std::size_t> survivors(std::vector<std::size_t> candidates) override
    {
        const std::vector<std::size_t> rank = ranks(candidates);
        std::vector<std::size_t> order(candidates.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank[a] < rank[b]; });
        // Whole fronts up to the one that does not fit.
        std::size_t whole = 0, considered = 0;
        while (considered < order.size() && considered < size_) {
            whole = considered;
            const std::size_t level = rank[order[considered]];
            while (considered < order.size() && rank[order[considered]] == level)
                ++considered;
        }
        std::vector<std::size_t> pool;
        for (std::size_t k = 0; k < considered; ++k)
            pool.push_back(candidates[order[k]]);
        if (considered <= size_)
            return pool;
        return niche(pool, whole);
    }

private:
    struct Niche {
        std::size_t direction;
        double distance;
    };

    /// The first `sure` of the pool survive; the rest of the places go to the least crowded directions.
    std::vector<std::size_t> niche(const std::vector<std::size_t>& pool, std::size_t sure)
    {
        const std::vector<Niche> niches = associate(pool);
        std::vector<std::size_t> kept(pool.begin(), pool.begin() + static_cast<std::ptrdiff_t>(sure));
        std::vector<std::size_t> load(directions_.size(), 0);
        for (std::size_t i = 0; i < sure; ++i)
            ++load[niches[i].direction];
        std::vector<std::vector<std::size_t>> waiting(directions_.size());
        for (std::size_t i = sure; i < pool.size(); ++i)
            waiting[niches[i].direction].push_back(i);
        RandomStream random = stream("nas.nsga3");
        while (kept.size() < size_) {
            std::vector<std::size_t> least;
            for (std::size_t d = 0; d < directions_.size(); ++d) {
                if (waiting[d].empty())
                    continue;
                if (!least.empty() && load[d] < load[least[0]])
                    least.clear();
                if (least.empty() || load[d] == load[least[0]])
                    least.push_back(d);
            }
            const std::size_t d = least[random.below(least.size())];
            auto chosen = waiting[d].begin();
            if (load[d] == 0)
                chosen = std::min_element(waiting[d].begin(), waiting[d].end(), [&](std::size_t a, std::size_t b) {
                    return niches[a].distance < niches[b].distance;
                });
            else
                chosen += static_cast<std::ptrdiff_t>(random.below(waiting[d].size()));
            kept.push_back(pool[*chosen]);
            waiting[d].erase(chosen);
            ++load[d];
        }
        return kept;
    }

    /// Section IV-C, D: translate by the ideal point, scale by the intercepts, nearest direction.
    std::vector<Niche> associate(const std::vector<std::size_t>& pool)
    {
        const std::size_t m = problem_.objectives;
        for (const std::size_t t : pool)
            for (std::size_t k = 0; k < m; ++k)
                ideal_[k] = std::min(ideal_[k], trials_[t].objectives[k]);
        const Objectives scale = intercepts(pool);
        std::vector<Niche> niches;
        for (const std::size_t t : pool) {
            Objectives f(m);
            double norm = 0;
            for (std::size_t k = 0; k < m; ++k) {
                f[k] = (trials_[t].objectives[k] - ideal_[k]) / scale[k];
                norm += f[k] * f[k];
            }
            Niche best{0, std::numeric_limits<double>::infinity()};
            for (std::size_t d = 0; d < directions_.size(); ++d) {
                double along = 0, length = 0;
                for (std::size_t k = 0; k < m; ++k) {
                    along += f[k] * directions_[d][k];
                    length += directions_[d][k] * directions_[d][k];
                }
                const double distance = norm - along * along / length;
                if (distance < best.distance)
                    best = {d, distance};
            }
            niches.push_back(best);
        }
        return niches;
    }

    Objectives intercepts(const std::vector<std::size_t>& pool) const
    {
        const std::size_t m = problem_.objectives;
        const auto size = static_cast<Eigen::Index>(m);
        Eigen::MatrixXd extremes(size, size);
        for (std::size_t axis = 0; axis < m; ++axis) {
            // The point that best fits the axis by the achievement scalarising function.
            double least = std::numeric_limits<double>::infinity();
            std::size_t best = pool[0];
            for (const std::size_t t : pool) {
                double value = 0;
                for (std::size_t k = 0; k < m; ++k)
                    value = std::max(value, (trials_[t].objectives[k] - ideal_[k]) * (k == axis ? 1 : 1e6));
                if (value < least) {
                    least = value;
                    best = t;
                }
            }
            for (std::size_t k = 0; k < m; ++k)
                extremes(static_cast<Eigen::Index>(axis), static_cast<Eigen::Index>(k)) =
                    trials_[best].objectives[k] - ideal_[k];
        }
        const Eigen::VectorXd plane = extremes.fullPivLu().solve(Eigen::VectorXd::Ones(size));
        Objectives scale(m);
        bool usable = (extremes * plane - Eigen::VectorXd::Ones(size)).norm() < 1e-6;
        for (std::size_t k = 0; k < m; ++k) {
            scale[k] = 1 / plane(static_cast<Eigen::Index>(k));
            usable &= std::isfinite(scale[k]) && scale[k] > 1e-9;
        }
        if (!usable)
            for (std::size_t k = 0; k < m; ++k) {
                scale[k] = 1e-9;
                for (const std::size_t t : pool)
                    scale[k] = std::max(scale[k], trials_[t].objectives[k] - ideal_[k]);
            }
        return scale;
    }

    std::vector<Objectives> directions_;
    Objectives ideal_;
};

} // namespace

std::unique_ptr<Algorithm> make_nsga3(const AlgorithmConfig& config, const Problem& problem)
{
    return std::make_unique<Nsga3>(config, problem);
}

} // namespace imc::nas
