// nas_problems PROBLEM ALGORITHM EVALUATIONS SEEDS [WINDOW]
// Hypervolume of the final population and of all results, and CPU time per trial, over seeds: one CSV line
// per seed and the median.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "tests/nas/search.h"

using namespace imc::nas;

namespace
{

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double median(std::vector<double> v)
{
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 5) {
        std::fprintf(stderr, "nas_problems PROBLEM ALGORITHM EVALUATIONS SEEDS [WINDOW]\n");
        return 2;
    }
    const TestProblem* p = find_test_problem(argv[1]);
    AlgorithmConfig config;
    for (const auto& choice : algorithm_kinds)
        if (choice.name == std::string(argv[2]))
            config.kind = choice.value;
    if (!p)
        return 2;
    const Space space(p->variables);
    std::vector<double> population, archive, seconds;
    for (int seed = 1; seed <= std::atoi(argv[4]); ++seed) {
        const Problem problem{&space, p->objectives,
                              {},     static_cast<std::size_t>(std::atoi(argv[3])),
                              1,      static_cast<std::uint64_t>(seed)};
        const double start = cpu_seconds();
        const auto done = test::search(config, problem, test::evaluator(*p),
                                       argc > 5 ? static_cast<std::size_t>(std::atoi(argv[5])) : 1);
        seconds.push_back(cpu_seconds() - start);
        population.push_back(hypervolume(test::points(*done, done->population()), p->reference));
        auto all = test::points(*done);
        std::vector<Objectives> front;
        for (const std::size_t i : non_dominated(all))
            front.push_back(all[i]);
        archive.push_back(hypervolume(front, p->reference));
        std::printf("%s,%s,%d,%.5f,%.5f,%.3f\n", argv[1], argv[2], seed, population.back(), archive.back(),
                    seconds.back());
    }
    std::printf("%s,%s,median,%.5f,%.5f,%.3f\n", argv[1], argv[2], median(population), median(archive),
                median(seconds));
}
