#include "sim/run/compensation_cost.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "arch/macro/macro.h"
#include "sim/base/ledger.h"

namespace imc::run
{

CompensationCost compensation_cost(const Experiment& experiment, const Mapped& mapped)
{
    const TileConfig& tile = experiment.chip.tiles.front();
    const auto macro = make_macro(tile.core.macro);
    const Clock clock = experiment.chip.clock();
    CompensationCost cost;
    Energy energy;
    std::map<std::tuple<std::uint64_t, int, int>, Cycle> busy; // of each macro
    for (const program::Actor& actor : mapped.program.actors)
        for (const program::MacroUse& use : actor.work.macros) {
            MvmOperation one = use.operation;
            one.rows = 1;
            one.activity = {};
            one = with_known_activity(tile.core.macro, one);
            for (const MacroEvent& event : macro->counts(one))
                energy += Ledger::energy(event.event, event.count * use.operation.rows * actor.copies);
            cost.operations += std::int64_t{use.operation.rows} * use.operation.arrays * actor.copies;
            busy[{actor.tile.value(), use.core, use.macro}] += macro->schedule(one, clock).latency * use.operation.rows;
            for (const MacroEvent& event : macro->counts(use.operation))
                if (event.event.name == "conversion")
                    cost.multiplications_per_inference += event.count * actor.share.tokens();
        }
    for (const auto& [place, cycles] : busy)
        cost.latency_s = std::max(cost.latency_s, clock.seconds(cycles));
    cost.energy_j = energy.joules();
    cost.energy_per_inference_j =
        static_cast<double>(cost.multiplications_per_inference) * tile.vector_unit.multiply_energy_j;
    return cost;
}

} // namespace imc::run
