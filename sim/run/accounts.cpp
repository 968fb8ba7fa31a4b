#include "sim/run/accounts.h"

#include <algorithm>

#include "arch/macro/macro.h"

namespace imc::run
{

void book_inference(const Chip& chip, const Mapped& mapped, tile::ServiceTable& services, Ledger& ledger)
{
    const program::Program& program = mapped.program;
    for (std::size_t t = 0; t < chip.tiles(); ++t)
        for (const tile::ActorState& actor : chip.tile(TileId(t)).engine().actors()) {
            ledger.book(actor.service.first.events, actor.statistics.firings_first, actor.actor->layer);
            ledger.book(actor.service.next.events, actor.statistics.firings_next, actor.actor->layer);
            if (chip.has_circuits()) {
                for (const MacroEvent& event : chip.circuit_counts(actor.id))
                    ledger.book(ledger.declare(event.event), event.count, actor.actor->layer);
                continue;
            }
            ledger.book(actor.service.first.macro_events, actor.statistics.firings_first, actor.actor->layer);
            ledger.book(actor.service.next.macro_events, actor.statistics.firings_next, actor.actor->layer);
        }
    for (std::size_t f = 0; f < program.flows.size(); ++f) {
        const program::FlowId id(f);
        const program::Flow& flow = program.flows[id];
        const program::Actor& from = program.actors[flow.from];
        const program::Actor& to = program.actors[flow.to];
        const std::int64_t tokens = flow.region.tokens();
        // What arrives at the memory is booked by its own accesses; partial sums of the tile's own arrays
        // stay in its output register.
        const bool own_sums = from.tile == to.tile && flow.message_class == MessageClass::partial_sum;
        if (to.tile != program.memory_tile && !own_sums)
            ledger.book(services.received_token(flow.bits), tokens, to.layer);
        if (from.tile == to.tile)
            continue;
        const std::int64_t hops =
            chip.network().hops(program.endpoint[from.tile.value()], program.endpoint[to.tile.value()]);
        const std::int64_t flits = tokens * chip.flits_of(id);
        ledger.book(services.flit_router(), flits * (hops + 1), from.layer);
        ledger.book(services.flit_link(), flits * hops, from.layer);
        const std::int64_t credits = chip.credit_packets() ? chip.first_credits(id) : 0;
        ledger.book(services.flit_router(), credits * (hops + 1), to.layer);
        ledger.book(services.flit_link(), credits * hops, to.layer);
    }
}

void account_programming(const Experiment& experiment, const Mapped& mapped, Result& result)
{
    const TileConfig& tile = experiment.chip.tiles.front();
    const auto macro = make_macro(tile.core.macro);
    const Clock clock = experiment.chip.clock();
    Cycle longest = 0;
    for (const program::Actor& actor : mapped.program.actors)
        for (const program::MacroUse& use : actor.work.macros) {
            const WriteOperation write{use.operation.rows, use.operation.columns, use.operation.arrays, -1};
            longest = std::max(longest, macro->schedule(write, clock).latency);
            for (const MacroEvent& event : macro->counts(write)) {
                result.write_energy += Ledger::energy(event.event, event.count);
                if (event.event.name == "write_pulse")
                    result.write_pulses += event.count;
            }
        }
    result.write_cells = mapped.mapping.cells_used;
    const double bits = static_cast<double>(mapped.mapping.cells_used) * tile.core.macro.cell.bits;
    result.write_latency_s = std::max(clock.seconds(longest), bits / experiment.chip.io.bandwidth_bits_per_s);
}

} // namespace imc::run
