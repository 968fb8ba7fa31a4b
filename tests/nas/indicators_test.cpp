#include <bit>
#include <cmath>

#include <gtest/gtest.h>

#include "nas/indicators/distance.h"
#include "nas/indicators/hypervolume.h"
#include "nas/indicators/importance.h"
#include "sim/base/random.h"

using namespace imc;
using namespace imc::nas;

namespace
{

std::vector<Objectives> random_points(std::size_t n, std::size_t dimensions, std::uint64_t seed, bool grid = false)
{
    RandomStream random(seed, "points");
    std::vector<Objectives> points(n, Objectives(dimensions));
    for (Objectives& p : points)
        for (double& v : p)
            v = grid ? static_cast<double>(random.below(4)) / 4 : random.uniform();
    return points;
}

/// Volume of a union of boxes by inclusion and exclusion over all subsets.
double by_inclusion_and_exclusion(const std::vector<Objectives>& points, const Objectives& reference)
{
    double volume = 0;
    for (unsigned subset = 1; subset < (1u << points.size()); ++subset) {
        double box = -1;
        for (std::size_t m = 0; m < reference.size(); ++m) {
            double corner = -INFINITY;
            for (std::size_t i = 0; i < points.size(); ++i)
                if (subset >> i & 1)
                    corner = std::max(corner, points[i][m]);
            box *= std::max(0.0, reference[m] - corner);
        }
        volume += std::popcount(subset) % 2 ? -box : box;
    }
    return volume;
}

TEST(Hypervolume, EqualsInclusionAndExclusionFromTwoToSixObjectives)
{
    for (std::size_t m = 2; m <= 6; ++m)
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const auto points = random_points(2 + seed % 10, m, seed, seed % 3 == 0);
            const Objectives reference(m, seed % 2 ? 1.1 : 0.8);
            EXPECT_NEAR(hypervolume(points, reference), by_inclusion_and_exclusion(points, reference), 1e-9)
                << m << " objectives, seed " << seed;
        }
}

TEST(Hypervolume, SweepInThreeObjectivesEqualsTheGeneralMethod)
{
    const auto points = random_points(300, 3, 5);
    std::vector<Objectives> lifted;
    for (Objectives p : points) {
        p.push_back(0.0);
        lifted.push_back(p);
    }
    EXPECT_NEAR(hypervolume(points, Objectives{1.1, 1.1, 1.1}), hypervolume(lifted, Objectives{1.1, 1.1, 1.1, 1.0}),
                1e-9);
}

TEST(Hypervolume, IgnoresWhatDoesNotDominateTheReference)
{
    EXPECT_EQ(hypervolume(std::vector<Objectives>{{0.5, 1.0}, {2.0, 0.1}}, Objectives{1, 1}), 0.0);
    EXPECT_EQ(hypervolume(std::vector<Objectives>{}, Objectives{1, 1, 1}), 0.0);
    EXPECT_THROW(hypervolume(std::vector<Objectives>{{0.5}}, Objectives{1, 1}), std::invalid_argument);
}

TEST(Hypervolume, ContributionIsTheLossWithoutThePoint)
{
    for (std::size_t m = 2; m <= 4; ++m) {
        const auto points = random_points(12, m, 11);
        const Objectives reference(m, 1.0);
        for (std::size_t i = 0; i < points.size(); ++i) {
            auto others = points;
            others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_NEAR(hypervolume_contribution(points, i, reference),
                        hypervolume(points, reference) - hypervolume(others, reference), 1e-12);
        }
    }
}

TEST(Dominance, RanksEqualThoseOfPeelingFrontsOff)
{
    for (const std::size_t m : {2, 3, 4}) {
        const auto points = random_points(80, m, 3 + m, m == 3);
        const auto ranks = non_dominated_ranks(points);
        std::vector<std::size_t> expected(points.size(), 99);
        for (std::size_t rank = 0, left = points.size(); left > 0; ++rank) {
            std::vector<std::size_t> front;
            for (std::size_t i = 0; i < points.size(); ++i) {
                bool dominated = expected[i] != 99;
                for (std::size_t j = 0; j < points.size(); ++j)
                    dominated |= expected[j] == 99 && dominates(points[j], points[i]);
                if (!dominated)
                    front.push_back(i);
            }
            for (const std::size_t i : front)
                expected[i] = rank;
            left -= front.size();
        }
        EXPECT_EQ(ranks, expected);
    }
}

TEST(Dominance, PutsEveryFeasiblePointFirst)
{
    const std::vector<Objectives> points = {{0, 0}, {5, 5}, {6, 6}, {1, 1}};
    const std::vector<double> violations = {2, 0, 0, 1};
    EXPECT_EQ(non_dominated_ranks(points, violations), (std::vector<std::size_t>{3, 0, 1, 2}));
}

TEST(Distance, IgdCountsDistanceAndIgdPlusOnlyWhatIsWorse)
{
    const std::vector<Objectives> truth = {{0, 1}, {1, 0}};
    EXPECT_DOUBLE_EQ(igd(truth, truth), 0);
    const std::vector<Objectives> found = {{0, 1}, {1, 0.5}};
    EXPECT_DOUBLE_EQ(igd(found, truth), 0.25);
    EXPECT_DOUBLE_EQ(igd_plus(found, truth), 0.25);
    const std::vector<Objectives> better = {{-3, 1}, {1, 0}};
    EXPECT_DOUBLE_EQ(igd_plus(better, truth), 0);
    EXPECT_DOUBLE_EQ(igd(better, truth), std::sqrt(2.0) / 2);
}

TEST(Distance, SpreadIsZeroForEvenPointsThatReachTheEnds)
{
    std::vector<Objectives> even, clustered;
    for (int i = 0; i <= 10; ++i) {
        even.push_back({i / 10.0, 1 - i / 10.0});
        clustered.push_back({0.5 + (i % 2 ? i / 1000.0 : 0), 0.5 - (i % 2 ? i / 1000.0 : 0)});
    }
    EXPECT_NEAR(spread(even, even), 0, 1e-12);
    EXPECT_GT(spread(clustered, even), 0.8);
}

TEST(Importance, FindsTheVariableThatMatters)
{
    RandomStream random(2, "importance");
    std::vector<double> strong, idle, outcome;
    for (int i = 0; i < 400; ++i) {
        strong.push_back(random.uniform());
        idle.push_back(i % 7 ? random.uniform() : std::nan(""));
        outcome.push_back(std::exp(3 * strong.back()) + 0.1 * random.normal());
    }
    EXPECT_GT(importance(strong, outcome), 0.9);
    EXPECT_LT(importance(idle, outcome), 0.05);
}

} // namespace
