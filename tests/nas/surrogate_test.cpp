#include <cmath>

#include <gtest/gtest.h>

#include "nas/evaluators/problems.h"
#include "nas/indicators/hypervolume.h"
#include "nas/surrogate/gaussian_process.h"
#include "nas/surrogate/improvement.h"

using namespace imc;
using namespace imc::nas;

namespace
{

TEST(Belief, ExpectsTheShortfallThatSamplesShow)
{
    RandomStream random(1, "belief");
    for (const bool log : {false, true}) {
        const Belief b{0.3, 0.5, log, -0.2};
        for (const double a : {-0.5, 0.4, 1.5, 3.0}) {
            double sum = 0;
            constexpr int samples = 400000;
            for (int i = 0; i < samples; ++i) {
                const double z = b.mean + b.deviation * random.normal();
                sum += std::max(0.0, a - (log ? std::exp(z) + b.floor : z)) / samples;
            }
            EXPECT_NEAR(b.expected_shortfall(a), sum, 0.005) << a;
        }
    }
    EXPECT_DOUBLE_EQ((Belief{2.0, 0.0, false, 0.0}).expected_shortfall(5), 3);
    EXPECT_DOUBLE_EQ((Belief{2.0, 0.0, false, 0.0}).expected_shortfall(1), 0);
}

TEST(ExpectedImprovement, OfACertainPointIsItsGainInHypervolume)
{
    RandomStream random(2, "certain");
    for (const std::size_t m : {2, 3, 4}) {
        std::vector<Objectives> front(12, Objectives(m));
        for (Objectives& p : front)
            for (double& v : p)
                v = std::round(random.uniform() * 8) / 8; // ties on purpose
        const Objectives reference(m, 0.9);
        const ExpectedImprovement gain(front, reference);
        for (int i = 0; i < 50; ++i) {
            Objectives p(m);
            std::vector<Belief> beliefs;
            for (double& v : p) {
                v = random.uniform();
                beliefs.push_back({v, 0.0, false, 0.0});
            }
            auto with = front;
            with.push_back(p);
            EXPECT_NEAR(gain(beliefs), hypervolume(with, reference) - hypervolume(front, reference), 1e-12) << m;
        }
    }
}

TEST(ExpectedImprovement, OfAnUncertainPointIsTheMeanGainOfSamples)
{
    RandomStream random(3, "uncertain");
    const std::vector<Objectives> front = {{0.1, 0.8, 0.5}, {0.5, 0.3, 0.4}, {0.7, 0.1, 0.6}, {0.3, 0.6, 0.1}};
    const Objectives reference = {1, 1, 1};
    const std::vector<Belief> beliefs = {{0.3, 0.2, false, 0}, {-1.2, 0.4, true, 0.05}, {0.3, 0.1, false, 0}};
    double sum = 0;
    constexpr int samples = 40000;
    for (int i = 0; i < samples; ++i) {
        auto with = front;
        with.push_back(
            {0.3 + 0.2 * random.normal(), std::exp(-1.2 + 0.4 * random.normal()) + 0.05, 0.3 + 0.1 * random.normal()});
        sum += (hypervolume(with, reference) - hypervolume(front, reference)) / samples;
    }
    EXPECT_NEAR(ExpectedImprovement(front, reference)(beliefs), sum, 0.02 * sum);
}

class Surrogate : public testing::Test
{
protected:
    const TestProblem& problem = *find_test_problem("mixed");
    const Space space{problem.variables};
    const Features features{space};

    void sample(std::size_t n, std::uint64_t seed, GaussianProcess::Codes& codes, std::vector<double>& values) const
    {
        RandomStream random(seed, "surrogate");
        for (std::size_t i = 0; i < n; ++i) {
            const Candidate c = space.sample(random);
            codes.push_back(features.encode(c));
            values.push_back(problem.evaluate(c)[1]);
        }
    }
};

TEST_F(Surrogate, FittingRaisesTheLikelihood)
{
    GaussianProcess::Codes codes;
    std::vector<double> values;
    sample(60, 1, codes, values);
    GaussianProcess gp(features);
    double before = -INFINITY;
    for (const int iterations : {1, 10, 40}) {
        const double likelihood = gp.fit(codes, values, iterations);
        EXPECT_GT(likelihood, before);
        before = likelihood;
    }
}

TEST_F(Surrogate, PredictsUnseenCandidatesOfMixedKindsWithHonestDeviations)
{
    GaussianProcess::Codes codes, unseen;
    std::vector<double> values, truth;
    sample(120, 1, codes, values);
    sample(300, 2, unseen, truth);
    GaussianProcess gp(features);
    gp.fit(codes, values, 60);
    gp.condition(codes, values);
    const auto predictions = gp.predict(unseen);
    double mean = 0, variance = 0, error = 0;
    std::size_t within = 0;
    for (const double v : truth)
        mean += v / 300;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        variance += (truth[i] - mean) * (truth[i] - mean);
        error += (truth[i] - predictions[i].mean) * (truth[i] - predictions[i].mean);
        within += std::abs(truth[i] - predictions[i].mean) < 2 * predictions[i].deviation;
    }
    EXPECT_LT(error, 0.1 * variance);
    EXPECT_GT(within, 255u);
}

TEST(Features, SeeInactiveVariablesAndBags)
{
    const TestProblem& p = *find_test_problem("branches");
    const Space space(p.variables);
    const Features features(space);
    RandomStream random(1, "features");
    Candidate a = space.sample(random), b = a;
    a[0] = 0;
    b[0] = 1;
    space.settle(a, random);
    space.settle(b, random);
    std::vector<double> d(features.variables());
    features.distances(features.encode(a), features.encode(b), d.data());
    EXPECT_EQ(d[0], 1); // the method differs,
    EXPECT_EQ(d[1], 0); // x does not,
    EXPECT_EQ(d[2], 1); // a exists in one only.
    EXPECT_FALSE(features.has_bags());
}

TEST(Features, SeeWhatIsKnownBeforehandByItsRankWhateverItsUnit)
{
    VariableConfig x;
    x.name = "x";
    const Space space(std::vector{x}); // 0 to 1
    const auto plain = [](const Candidate& c) { return c[0]; };
    const auto bent = [](const Candidate& c) { return c[0] < 0.001 ? NAN : 1e9 * std::exp(20 * c[0]); };
    const Features features(space, {plain, bent});
    ASSERT_EQ(features.variables(), 3u);
    for (const double at : {0.002, 0.25, 0.5, 0.99}) {
        const std::vector<double> code = features.encode({at});
        EXPECT_NEAR(code[1], at, 0.1);
        EXPECT_NEAR(code[2], code[1], 0.01) << "the same order";
    }
    std::vector<double> d(3);
    features.distances(features.encode({0.0005}), features.encode({0.5}), d.data());
    EXPECT_EQ(d[2], 1) << "not known for one of them";
}

} // namespace
