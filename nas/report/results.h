#pragma once

#include <string>
#include <vector>

#include "nas/study/store.h"

namespace imc::nas
{

/// A study's trials with what outputs need of them.
struct Results {
    Results(const Study& study, std::vector<StoredTrial> trials);

    const Study* study;
    std::vector<StoredTrial> trials;
    std::vector<Candidate> candidates; ///< per trial
    std::vector<std::size_t> usable;   ///< feasible, at the highest fidelity
    std::vector<std::size_t> front;    ///< the non-dominated of those, by their first objective
    Objectives reference;              ///< minimised

    Objectives minimised(std::size_t trial) const { return study->minimised(trials[trial].objectives); }
    /// Hypervolume after each trial, with one reference point throughout.
    std::vector<double> hypervolumes() const;
};

/// One line per trial: number, rung, state, reason, variables, objectives, violation, metrics. It does not
/// depend on workers, speed or interruptions. `only` restricts it to some trials.
std::string to_csv(const Results& results, const std::vector<std::size_t>& only);
/// The front for the eye and the pipe: number, variables and objectives alone.
std::string front_csv(const Results& results);
/// The same as a JSON document, with the study's name and the size of its space.
std::string to_json(const Results& results, const std::vector<std::size_t>& only);

} // namespace imc::nas
