#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/nas/search.h"

using namespace imc;
using namespace imc::nas;

namespace
{

AlgorithmConfig config(AlgorithmKind kind)
{
    AlgorithmConfig c;
    c.kind = kind;
    return c;
}

constexpr AlgorithmKind every_kind[] = {AlgorithmKind::quasi_random,    AlgorithmKind::nsga2,    AlgorithmKind::nsga3,
                                        AlgorithmKind::sms_emoa,        AlgorithmKind::bayesian, AlgorithmKind::halving,
                                        AlgorithmKind::aging_evolution, AlgorithmKind::automatic};

class EveryAlgorithm : public testing::TestWithParam<AlgorithmKind>
{
protected:
    const TestProblem& mixed = *find_test_problem("mixed");
};

TEST_P(EveryAlgorithm, ProposesEachAdmissibleCandidateOnceAtMost)
{
    Space space(mixed.variables);
    space.constrain(Expression::parse("level <= 15 && (width != 128 || kind == 'gat')",
                                      [&](std::string_view n) { return space.symbol(n); }));
    const auto done = test::search(config(GetParam()), {&space, 2, {}, 50, 1, 3}, test::evaluator(mixed), 8);
    std::set<std::string> seen;
    for (const auto& trial : done->trials()) {
        EXPECT_TRUE(space.admissible(trial.candidate));
        EXPECT_TRUE(seen.insert(space.text(trial.candidate)).second) << space.text(trial.candidate);
    }
    EXPECT_EQ(seen.size(), 50u);
}

TEST_P(EveryAlgorithm, ProposesTheSameAfterItsHistoryWasRepeated)
{
    const Space space(mixed.variables);
    const Problem problem{&space, 2, {}, 40, 1, 5};
    const auto evaluate = test::evaluator(mixed);
    const auto original = test::search(config(GetParam()), problem, evaluate, 4);
    // Half of the journal is repeated without asking, as a resumed study does; then it is asked again.
    auto repeated = make_algorithm(config(GetParam()), problem);
    std::size_t told = 0;
    for (std::size_t k = 0; k < 40; ++k) {
        for (; told + 4 <= k; ++told)
            repeated->tell(told, evaluate(repeated->trials()[told].candidate));
        if (k < 20) {
            repeated->propose({original->trials()[k].candidate, original->trials()[k].fidelity});
            continue;
        }
        repeated->propose(*repeated->ask());
        ASSERT_EQ(space.text(repeated->trials()[k].candidate), space.text(original->trials()[k].candidate)) << k;
    }
}

TEST_P(EveryAlgorithm, EndsWhenTheSpaceIsExhausted)
{
    VariableConfig a;
    a.name = "a";
    a.kind = Kind::integer;
    a.low = 1;
    a.high = 6;
    VariableConfig b = a;
    b.name = "b";
    const Space space({a, b});
    const auto done = test::search(config(GetParam()), {&space, 2, {}, 100, 1, 1}, [](const Candidate& c) {
        return Outcome{{c[0], 7 - c[0] + c[1]}, 0, false};
    });
    EXPECT_EQ(done->trials().size(), 36u);
}

TEST_P(EveryAlgorithm, NeverBuildsOnFailedTrials)
{
    const Space space(mixed.variables);
    const auto evaluate = test::evaluator(mixed);
    const auto done = test::search(config(GetParam()), {&space, 2, {}, 60, 1, 7}, [&](const Candidate& c) {
        return static_cast<int>(c[0]) % 3 == 0 ? Outcome{{}, 0, true} : evaluate(c);
    });
    std::size_t failed = 0;
    for (const auto& trial : done->trials())
        failed += trial.failed;
    EXPECT_GT(failed, 0u);
    for (const std::size_t t : done->population())
        EXPECT_FALSE(done->trials()[t].failed);
}

INSTANTIATE_TEST_SUITE_P(All, EveryAlgorithm, testing::ValuesIn(every_kind), [](const auto& i) {
    for (const auto& choice : algorithm_kinds)
        if (choice.value == i.param)
            return std::string(choice.name);
    return std::string("none");
});

struct Target {
    const char* problem;
    double hypervolume; ///< of a population of 100 after 25,000 evaluations: the best of pymoo and pagmo
};

class Benchmark : public testing::TestWithParam<Target>
{
};

/// Few seeds here; tests/bench/nas_problems.cpp takes the median of eleven.
TEST_P(Benchmark, IsSolvedAsWellAsByTheBestPublishedPrograms)
{
    const TestProblem& p = *find_test_problem(GetParam().problem);
    const Space space(p.variables);
    const std::size_t seeds = p.objectives == 2 ? 5 : 1;
    std::vector<double> volumes;
    for (std::size_t seed = 1; seed <= seeds; ++seed) {
        const auto done = test::search({}, {&space, p.objectives, {}, 25000, 1, seed}, test::evaluator(p), 8);
        EXPECT_EQ(done->population().size(), 100u);
        volumes.push_back(hypervolume(test::points(*done, done->population()), p.reference));
    }
    std::sort(volumes.begin(), volumes.end());
    EXPECT_GE(volumes[seeds / 2], GetParam().hypervolume);
}

INSTANTIATE_TEST_SUITE_P(TwentyFiveThousandEvaluations, Benchmark,
                         testing::Values(Target{"zdt1", .8698}, Target{"zdt2", .5363}, Target{"zdt3", 1.3277},
                                         Target{"zdt4", .8660}, Target{"zdt6", .4963}, Target{"dtlz1", .1395},
                                         Target{"dtlz2", .7443}),
                         [](const auto& i) { return std::string(i.param.problem); });

class KnownFront : public testing::TestWithParam<const char*>
{
};

TEST_P(KnownFront, IsReachedByTheDefaultAlgorithmAndNeverSurpassed)
{
    const TestProblem& p = *find_test_problem(GetParam());
    const Space space(p.variables);
    const double exact = hypervolume(p.front(2000), p.reference);
    const auto done = test::search({}, {&space, p.objectives, {}, 25000, 1, 1}, test::evaluator(p), 8);
    const double reached = hypervolume(test::points(*done), p.reference);
    EXPECT_GE(reached, 0.99 * exact);
    EXPECT_LE(reached, 1.0005 * exact); // the front is sampled
}

INSTANTIATE_TEST_SUITE_P(ConstrainedConditionalMixed, KnownFront, testing::Values("constr", "branches", "mixed"));

TEST(Bayesian, NeedsFarFewerTrialsThanEvolution)
{
    const TestProblem& p = *find_test_problem("mixed");
    const Space space(p.variables);
    const Problem problem{&space, 2, {}, 80, 1, 1};
    const auto model = test::search(config(AlgorithmKind::bayesian), problem, test::evaluator(p), 8);
    const auto evolution = test::search(config(AlgorithmKind::nsga2), problem, test::evaluator(p), 8);
    EXPECT_GT(hypervolume(test::points(*model), p.reference), 0.7);
    EXPECT_LT(hypervolume(test::points(*evolution), p.reference), 0.5);
}

TEST(Halving, SendsTheBestThirdOfEachRungToTheNext)
{
    const TestProblem& p = *find_test_problem("zdt1");
    const Space space(p.variables);
    const auto done = test::search(config(AlgorithmKind::halving), {&space, 2, {}, 400, 3, 1}, test::evaluator(p), 4);
    std::vector<std::vector<Objectives>> rungs(3);
    std::vector<std::set<std::string>> candidates(3);
    for (const auto& trial : done->trials()) {
        rungs[trial.fidelity].push_back(trial.objectives);
        candidates[trial.fidelity].insert(space.text(trial.candidate));
    }
    EXPECT_NEAR(static_cast<double>(rungs[0].size()) / static_cast<double>(rungs[1].size()), 3.0, 0.3);
    EXPECT_NEAR(static_cast<double>(rungs[1].size()) / static_cast<double>(rungs[2].size()), 3.0, 0.6);
    for (std::size_t rung = 1; rung < 3; ++rung) // nobody skips a rung
        EXPECT_TRUE(std::includes(candidates[rung - 1].begin(), candidates[rung - 1].end(), candidates[rung].begin(),
                                  candidates[rung].end()));
    const auto mean = [](const std::vector<Objectives>& points) {
        double sum = 0;
        for (const Objectives& q : points)
            sum += (q[0] + q[1]) / static_cast<double>(points.size());
        return sum;
    };
    EXPECT_LT(mean(rungs[2]), mean(rungs[0]));
}

} // namespace
