// nas_tables SHARED/data/nas (macro|cora) ALGORITHM EVALUATIONS SEEDS WINDOW (unknown|known) (heldout|mean)
// A search over a table of trained networks: fraction of the exact hypervolume of error and cost after each
// number of distinct evaluations, mean over seeds, as CSV on stdout. heldout: the searcher sees one training
// and is scored on the others; mean: it sees and is scored on the mean accuracy.
#include <algorithm>
#include <cstdio>
#include <ctime>

#include "nas/evaluators/evaluator.h"
#include "sim/base/config/document.h"
#include "tests/nas/search.h"
#include "tests/nas/tables.h"

using namespace imc::nas;

int main(int argc, char** argv)
{
    if (argc < 9) {
        std::fprintf(stderr,
                     "nas_tables DIRECTORY macro|cora ALGORITHM EVALUATIONS SEEDS WINDOW unknown|known heldout|mean\n");
        return 2;
    }
    AlgorithmConfig config;
    for (const auto& choice : algorithm_kinds)
        if (choice.name == std::string(argv[3]))
            config.kind = choice.value;
    const auto budget = static_cast<std::size_t>(std::atoi(argv[4]));
    const int seeds = std::atoi(argv[5]);
    const test::Table table(argv[1], argv[2], std::string(argv[8]) == "heldout");
    std::vector<double> mean(budget, 0.0), worst(budget, 1.0);
    const std::clock_t start = std::clock();
    for (int seed = 1; seed <= seeds; ++seed) {
        const auto curve = table.curve(config, budget, static_cast<std::size_t>(std::atoi(argv[6])),
                                       std::string(argv[7]) == "known", static_cast<std::uint64_t>(seed));
        for (std::size_t n = 0; n < budget; ++n) {
            mean[n] += curve[n] / seeds;
            worst[n] = std::min(worst[n], curve[n]);
        }
    }
    std::printf("table,algorithm,window,cost,score,evaluations,mean,worst\n");
    for (std::size_t n = 0; n < budget; ++n)
        std::printf("%s,%s,%s,%s,%s,%zu,%.5f,%.5f\n", argv[2], argv[3], argv[6], argv[7], argv[8], n + 1, mean[n],
                    worst[n]);
    std::fprintf(stderr, "%.2f CPU s per search\n", static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / seeds);
}
