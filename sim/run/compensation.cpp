#include "sim/run/compensation.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "arch/macro/macro.h"
#include "sim/base/ledger.h"
#include "sim/run/summary.h"

namespace imc::run
{

namespace
{

bool compensates(const Experiment& experiment)
{
    return experiment.accuracy && experiment.accuracy->compensation != devices::Compensation::none;
}

/// Of one operation of the arrays.
std::int64_t multiplications(const Experiment& experiment, const MvmOperation& operation)
{
    const MacroConfig& macro = experiment.chip.tiles.front().core.macro;
    const int factors = experiment.accuracy->compensation == devices::Compensation::column
                            ? result_columns(macro, operation.columns)
                            : operation.columns / columns_per_weight(macro, experiment.precision.weight_bits);
    return std::int64_t{factors} * operation.arrays;
}

} // namespace

void add_compensation(const Experiment& experiment, program::Program& program)
{
    if (!compensates(experiment))
        return;
    for (program::Actor& actor : program.actors) {
        std::int64_t each = 0;
        for (const program::MacroUse& use : actor.work.macros)
            each += multiplications(experiment, use.operation);
        if (each > 0)
            actor.work.vector.push_back({program::VectorFunction::multiply, each});
    }
}

void account_compensation(const Experiment& experiment, const Mapped& mapped, Result& result)
{
    if (!compensates(experiment))
        return;
    const TileConfig& tile = experiment.chip.tiles.front();
    const auto macro = make_macro(tile.core.macro);
    const Clock clock = experiment.chip.clock();
    Ledger ledger;
    CompensationCost cost;
    std::map<std::tuple<std::uint64_t, int, int>, Cycle> busy; // of each macro
    for (const program::Actor& actor : mapped.program.actors)
        for (const program::MacroUse& use : actor.work.macros) {
            MvmOperation one = use.operation;
            one.rows = 1;
            one.activity = {};
            one = with_known_activity(tile.core.macro, one);
            const std::int64_t times = std::int64_t{use.operation.rows} * actor.copies;
            for (const MacroEvent& event : macro->counts(one))
                ledger.book(ledger.declare(event.event), event.count * times, actor.layer, Phase::calibrate);
            cost.operations += times * use.operation.arrays;
            busy[{actor.tile.value(), use.core, use.macro}] += macro->schedule(one, clock).latency * use.operation.rows;
            cost.multiplications_per_inference += multiplications(experiment, use.operation) * actor.share.tokens();
        }
    for (const auto& [place, cycles] : busy)
        cost.latency_s = std::max(cost.latency_s, clock.seconds(cycles));
    result.calibrate_energy = cost.energy = ledger.total();
    cost.energy_per_inference_j =
        static_cast<double>(cost.multiplications_per_inference) * tile.vector_unit.multiply_energy_j;
    if (result.accuracy)
        result.accuracy->compensation_cost = cost;
    add_counts(ledger, result);
}

} // namespace imc::run
