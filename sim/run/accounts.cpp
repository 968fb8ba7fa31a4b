#include "sim/run/accounts.h"

#include <algorithm>

#include "arch/macro/macro.h"
#include "arch/tile/actor_state.h"
#include "sim/mapping/placement.h"
#include "sim/run/multicast.h"

namespace imc::run
{

IdVector<program::FlowId, std::int64_t> credits_of_flows(const program::Program& program)
{
    IdVector<program::FlowId, std::int64_t> credits;
    for (const program::Flow& flow : program.flows) {
        const program::Actor& to = program.actors[flow.to];
        const program::Input& input = to.inputs[flow.port];
        program::Incoming stream(flow, input);
        std::int64_t sum = 0;
        program::Cursor cursor(to.share);
        while (cursor.inference() == 0) {
            sum += stream.release(stream.freed_by(cursor, input));
            cursor.advance();
        }
        credits.push_back(sum);
    }
    return credits;
}

void book_inference(const Experiment& experiment, const Mapped& mapped, tile::ServiceTable& services, Ledger& ledger,
                    bool infinite_buffers, const Chip* chip)
{
    const program::Program& program = mapped.program;
    const NocConfig& noc = experiment.chip.noc;
    const std::vector<Chip::Passed> passed = chip ? std::vector<Chip::Passed>() : passed_by_tokens(experiment, mapped);
    for (std::size_t a = 0; a < program.actors.size(); ++a) {
        const program::Actor& actor = program.actors[ActorId(a)];
        const tile::Service service = services.service(actor);
        const auto first = static_cast<std::int64_t>(actor.share.rows.size());
        const std::int64_t next = actor.share.tokens() - first;
        ledger.book(service.first.events, first, actor.layer);
        ledger.book(service.next.events, next, actor.layer);
        if (chip && chip->has_circuits()) {
            for (const MacroEvent& event : chip->circuit_counts(ActorId(a)))
                ledger.book(ledger.declare(event.event), event.count, actor.layer);
            continue;
        }
        ledger.book(service.first.macro_events, first, actor.layer);
        ledger.book(service.next.macro_events, next, actor.layer);
        ledger.book(service.traced_events(), 1, actor.layer);
    }
    const bool returned = !infinite_buffers && noc.credits == CreditReturn::packets;
    const auto credits = returned ? credits_of_flows(program) : IdVector<program::FlowId, std::int64_t>();
    for (std::size_t f = 0; f < program.flows.size(); ++f) {
        const program::Flow& flow = program.flows[program::FlowId(f)];
        const program::Actor& from = program.actors[flow.from];
        const program::Actor& to = program.actors[flow.to];
        const std::int64_t tokens = flow.region.tokens();
        // What arrives at the memory is booked by its own accesses; partial sums of the tile's own arrays
        // stay in its output register.
        const bool own_sums = from.tile == to.tile && flow.message_class == MessageClass::partial_sum;
        if (to.tile != program.memory_tile && !own_sums)
            ledger.book(services.received_token(to.tile, flow.bits), tokens, to.layer);
        if (from.tile == to.tile)
            continue;
        const std::int64_t hops =
            mapping::links_between(program.endpoint[from.tile.value()], program.endpoint[to.tile.value()], mapped.mesh);
        const Chip::Passed& way = chip ? chip->passed(program::FlowId(f)) : passed[f];
        ledger.book(services.flit_router(), way.routers, from.layer);
        ledger.book(services.flit_link(), way.links, from.layer);
        if (!returned)
            continue;
        ledger.book(services.flit_router(), credits[program::FlowId(f)] * (hops + 1), to.layer);
        ledger.book(services.flit_link(), credits[program::FlowId(f)] * hops, to.layer);
    }
}

void account_programming(const Experiment& experiment, const Mapped& mapped, Result& result)
{
    const ChipConfig& chip = experiment.chip;
    IdVector<TileTypeId, std::unique_ptr<Macro>> macros;
    double bits = 0.0;
    for (std::size_t t = 0; t < chip.tiles.size(); ++t) {
        macros.push_back(make_macro(chip.tiles[t].core.macro));
        bits +=
            static_cast<double>(mapped.mapping.types[TileTypeId(t)].cells_used) * chip.tiles[t].core.macro.cell.bits;
    }
    const Clock clock = chip.clock();
    Cycle longest = 0;
    for (const program::Actor& actor : mapped.program.actors)
        for (const program::MacroUse& use : actor.work.macros) {
            const Macro& macro = *macros[mapped.program.type_of(actor.tile)];
            const WriteOperation write{use.operation.rows, use.operation.columns, use.operation.arrays, -1};
            longest = std::max(longest, macro.schedule(write, clock).latency);
            for (const MacroEvent& event : macro.counts(write)) {
                const std::int64_t count = event.count * actor.copies;
                result.write_energy += Ledger::energy(event.event, count);
                if (event.event.name == "write_pulse")
                    result.write_pulses += count;
            }
        }
    result.write_cells = mapped.mapping.cells_used;
    result.write_latency_s = std::max(clock.seconds(longest), bits / chip.io.bandwidth_bits_per_s);
}

} // namespace imc::run
