#pragma once

#include <cstddef>
#include <functional>

#include "nas/study/store.h"

namespace imc::nas
{

/// What a run did.
struct RunSummary {
    std::size_t trials = 0;
    std::size_t evaluated = 0; ///< by this run
    std::size_t failed = 0;
    bool exhausted = false;   ///< the space has no further candidate
    bool out_of_time = false; ///< of the CPU budget
};

struct RunOptions {
    std::size_t workers = 1;
    /// No further proposals once this process and its evaluations have used so much CPU time; 0 = no limit. The
    /// study can go on later, as after a kill.
    double cpu_budget_s = 0.0;
    /// Called after each trial that this run finished.
    std::function<void(const StoredTrial&)> progress;
};

/// Runs a study from where its journal ends. Proposal k is made from the results of trials up to
/// k − window, told in their order, whichever order they arrive in: so the journal depends on the study
/// alone, not on workers, speed or interruptions.
RunSummary run_study(const Study& study, Store& store, const RunOptions& options);

} // namespace imc::nas
