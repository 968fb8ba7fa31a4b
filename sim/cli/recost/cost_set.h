#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/cli/recost/stored_run.h"

namespace imc::cli
{

/// Costs that take the place of those a run was simulated with.
struct CostSet {
    struct Unit {
        Component component = Component::control;
        std::string event;
        Energy energy;
        std::optional<TileTypeId> tile_type = std::nullopt; ///< none: of all
        CostRange range = {};                               ///< where sources differ
    };
    std::string name;
    std::optional<AdcModel> adc; ///< none: as in the run
    std::vector<Unit> units;     ///< stand above the law
};

/// `word` is the name of an ADC law, "own" (the costs of the run), or a file of schema imcsim.costs/1:
/// {"schema": …, "adc": LAW, "unit_energy_j": {"COMPONENT.EVENT": joules, …}}. Throws ConfigError.
CostSet read_cost_set(const std::string& word);

/// Throws ConfigError if a unit's event is in no run although its component is in some: a mistyped name.
void check_units(const CostSet& set, const std::vector<StoredRun>& runs);

/// The stored counts and leakage with the costs of `set`. The law is asked for a converter of the run's own bits, rate,
/// node and rows; the time of the run stays as it was simulated. `warnings` gets what the law says of itself.
run::Result under(const CostSet& set, const StoredRun& stored, std::vector<std::string>& warnings);

/// Energy by component, in total, in the steady state, and what follows, of counts × units and leakage × time.
run::Result price(run::Result result, const std::vector<CostSet::Unit>& units);

} // namespace imc::cli
