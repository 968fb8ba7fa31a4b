#pragma once

#include <string>
#include <vector>

#include "sim/cli/recost/cost_set.h"

namespace imc::cli
{

/// All runs under all cost sets.
struct Recosted {
    std::vector<StoredRun> runs;
    std::vector<CostSet> sets;
    std::vector<std::vector<run::Result>> priced; ///< [run][set]
    std::vector<std::string> warnings;
};

std::string as_text(const Recosted& all);

/// Schema imcsim.recost/1.
std::string as_json(const Recosted& all);

} // namespace imc::cli
