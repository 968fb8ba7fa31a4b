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

/// The type of an actor's tile, if it has arrays that drift: digital sums need no factors.
const TileConfig* drifting(const Experiment& experiment, const program::Program& program, const program::Actor& actor)
{
    const TileConfig& tile = experiment.chip.tiles[program.type_of(actor.tile).value()];
    return is_analog(tile.core.macro.family) ? &tile : nullptr;
}

/// Of one operation of the arrays.
std::int64_t multiplications(const Experiment& experiment, const MacroConfig& macro, const MvmOperation& operation)
{
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
        const TileConfig* tile = drifting(experiment, program, actor);
        std::int64_t each = 0;
        for (const program::MacroUse& use : actor.work.macros)
            each += tile ? multiplications(experiment, tile->core.macro, use.operation) : 0;
        if (each > 0)
            actor.work.vector.push_back({program::VectorFunction::multiply, each});
    }
}

void account_compensation(const Experiment& experiment, const Mapped& mapped, Result& result)
{
    if (!compensates(experiment))
        return;
    IdVector<TileTypeId, std::unique_ptr<Macro>> macros;
    for (const TileConfig& type : experiment.chip.tiles)
        macros.push_back(make_macro(type.core.macro));
    const Clock clock = experiment.chip.clock();
    Ledger ledger;
    CompensationCost cost;
    std::map<std::tuple<std::uint64_t, int, int>, Cycle> busy; // of each macro
    IdVector<TileTypeId, std::int64_t> multiplied(macros.size(), 0);
    for (const program::Actor& actor : mapped.program.actors) {
        const TileConfig* tile = drifting(experiment, mapped.program, actor);
        if (!tile)
            continue;
        const TileTypeId type = mapped.program.type_of(actor.tile);
        const Macro& macro = *macros[type];
        for (const program::MacroUse& use : actor.work.macros) {
            MvmOperation one = use.operation;
            one.rows = 1;
            one.activity = {};
            one = with_known_activity(tile->core.macro, one);
            const std::int64_t times = std::int64_t{use.operation.rows} * actor.copies;
            for (MacroEvent& event : macro.counts(one)) {
                event.event.tile_type = type;
                ledger.book(ledger.declare(event.event), event.count * times, actor.layer, Phase::calibrate);
            }
            cost.operations += times * use.operation.arrays;
            busy[{actor.tile.value(), use.core, use.macro}] += macro.schedule(one, clock).latency * use.operation.rows;
            multiplied[type] += multiplications(experiment, tile->core.macro, use.operation) * actor.share.tokens();
        }
    }
    for (const auto& [place, cycles] : busy)
        cost.latency_s = std::max(cost.latency_s, clock.seconds(cycles));
    result.calibrate_energy = cost.energy = ledger.total();
    for (std::size_t t = 0; t < multiplied.size(); ++t) {
        const std::int64_t count = multiplied[TileTypeId(t)];
        cost.multiplications_per_inference += count;
        cost.energy_per_inference_j +=
            static_cast<double>(count) * experiment.chip.tiles[t].vector_unit.multiply_energy_j;
    }
    if (result.accuracy)
        result.accuracy->compensation_cost = cost;
    add_counts(ledger, result);
}

} // namespace imc::run
