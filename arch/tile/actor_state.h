#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "arch/program/cursor.h"
#include "arch/program/program.h"
#include "arch/program/streams.h"
#include "arch/tile/power_domain.h"
#include "arch/tile/service.h"
#include "arch/tile/units.h"
#include "sim/base/time.h"

namespace imc::tile
{

/// A firing on its way through its steps.
struct InFlight {
    Cycle admitted = 0;
    Cycle done = 0; ///< of the last step entered
    std::uint32_t step = 0;
    bool first = false;             ///< the first position of a row of the share
    bool finished = false;          ///< through all steps; its token waits for those before it
    std::uint32_t macros_ready = 0; ///< macros that no longer need the input register (circuit detail)
    std::uint32_t macros_done = 0;  ///< macros whose result is out (circuit detail)
    Cycle driven = never;           ///< when the first macro started (circuit detail)
};

/// Why an actor does not fire, for the report when nothing moves.
enum class Waiting : std::uint8_t { nothing, inputs, output, permission };

struct ActorStatistics {
    std::int64_t firings_first = 0;
    std::int64_t firings_next = 0;
    Cycle start = -1;             ///< of the first firing of the first inference
    Cycle end = 0;                ///< of the last firing of the first inference
    Cycle stalled = 0;            ///< ready but for room for its result, first inference
    std::int64_t macro_wakes = 0; ///< its firings that found their macros gated
    std::int64_t tile_wakes = 0;  ///< its firings that found their tile gated
};

struct ActorState {
    ActorState(const program::Actor& a, ActorId actor_id, Service s)
        : actor(&a), id(actor_id), service(std::move(s)), firing(a.share), releasing(a.share),
          macros_last(service.macros.size() * static_cast<std::size_t>(a.copies)),
          bus(static_cast<std::size_t>(a.copies)), register_free(static_cast<std::size_t>(a.copies), 0)
    {
    }

    const program::Actor* actor;
    ActorId id;
    Service service;
    std::vector<std::vector<std::uint32_t>> ports; ///< incoming flows of each input, as local indices
    std::uint32_t earliest = 0;                    ///< of the flows of the first input: its first token comes first
    std::vector<std::uint32_t> outgoing;           ///< local indices of outgoing flows
    std::vector<char> exclusive;                   ///< of each step: no other actor uses its resource
    std::vector<OwnUnit> own_units;                ///< of each step, if units are separate
    /// Firings leave the macros in their order: not those of copies whose times depend on data.
    bool in_turn() const { return actor->copies == 1 || service.traces.empty(); }

    /// Copies of the macros take the firings in turn.
    std::size_t copy_of(std::int64_t sequence) const { return static_cast<std::size_t>(sequence % actor->copies); }
    /// Which firing of its inference it is.
    std::int64_t index_of(std::int64_t sequence) const { return sequence % actor->share.tokens(); }

    program::Cursor firing;
    program::Cursor releasing; ///< the next firing whose inputs are to be freed
    std::deque<InFlight> in_flight;
    std::int64_t produced = 0;  ///< tokens in the output buffer or sent
    std::int64_t allowed = 0;   ///< inferences it may start (sources)
    Cycle admit_at = 0;         ///< the first step cannot be entered earlier
    bool awaiting_step = false; ///< admit_at is not known until a shared step was entered
    /// The operation before, of each copy's groups of macros.
    struct Started {
        Cycle start = 0;
        const MacroSchedule* schedule = nullptr; ///< none yet
    };
    std::vector<Started> macros_last;
    std::vector<Unit> bus;            ///< of each copy: the buses of its cores, which work in step
    std::vector<Cycle> register_free; ///< of each copy: when the next input may be fetched; `never`: not known yet
    PowerDomain macro_power;          ///< of all its macros together
    Waiting waiting = Waiting::nothing;
    std::uint32_t waiting_flow = 0; ///< local index of a flow whose tokens are missing
    Cycle waiting_since = 0;
    ActorStatistics statistics;
};

} // namespace imc::tile
