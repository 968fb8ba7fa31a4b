#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "arch/interconnect.h"
#include "arch/macro_timer.h"
#include "arch/program/multicast.h"
#include "arch/program/program.h"
#include "arch/tile/actor_state.h"
#include "arch/tile/service.h"
#include "arch/tile/units.h"
#include "sim/base/time.h"

/// A tile in time: actors that fire when their inputs are there and the place for their result is reserved,
/// the resources they share, and the flows that end here. A plain object: whatever kernel drives it calls
/// eval(now) at the cycles it asks for. Everything that comes from outside is known a cycle before it may be
/// acted on, so nothing depends on the order in which tiles are evaluated within a cycle.
namespace imc::tile
{

/// Where each flow is found on the tiles of its ends.
struct FlowDirectory {
    explicit FlowDirectory(const program::Program& program);
    std::vector<std::uint32_t> outgoing; ///< [flow] index on the sender's tile
    std::vector<std::uint32_t> incoming; ///< [flow] index on the receiver's tile
};

/// What a tile does to the world outside.
class Surroundings
{
public:
    virtual ~Surroundings() = default;
    /// A token for another tile, and those that share its packet (Flow::in_packet); the head may enter the network at
    /// cycle `created`.
    virtual void send_token(Cycle created, program::FlowId flow, std::int64_t token) = 0;
    /// The same of several flows of one actor, all of the same token: they may share a packet.
    virtual void send_tokens(Cycle created, std::span<const program::SentToken> sent)
    {
        for (const program::SentToken& s : sent)
            send_token(created, s.flow, s.token);
    }
    /// A token for another actor of the same tile, which sees it at cycle `visible`.
    virtual void kept_token(Cycle visible, program::FlowId flow, std::int64_t token) = 0;
    /// The receiver of `flow` has freed so many granules since the start.
    virtual void send_credit(Cycle created, program::FlowId flow, std::int64_t granules) = 0;
    /// The inputs of a firing's macros are complete (circuit detail); macro_moment() answers for each of them.
    virtual void request_macros(const ActorState& actor, std::int64_t sequence, Cycle now) = 0;
    /// A firing of `by` ended a rest of its macros, or of the tile's logic. Not of what leaks the same in every state.
    virtual void rested(const ActorState& by, bool macros, const Rest& rest)
    {
        static_cast<void>(by), static_cast<void>(macros), static_cast<void>(rest);
    }
    /// A unit of the tile, or the macros or buses of a copy, work for a firing from `start` to `end`, which may lie
    /// ahead: macros from when the first is driven to the last result.
    virtual void served(const ActorState& actor, std::size_t copy, Resource resource, Cycle start, Cycle end)
    {
        static_cast<void>(actor), static_cast<void>(copy), static_cast<void>(resource), static_cast<void>(start),
            static_cast<void>(end);
    }
    /// A firing is complete.
    virtual void fired(const ActorState& actor, std::int64_t inference, const Firing& firing, Cycle admitted,
                       Cycle done) = 0;
};

struct Rules {
    bool infinite_buffers = false;
    /// Nobody waits for what another actor uses: every step of every actor has a unit of its own, and what was woken
    /// once need not be waited for again. What an actor does then only comes earlier if what it waits for does, in
    /// contrast to units that serve whoever comes first (Graham's anomalies): no run with real units is faster.
    bool separate_units = false;
    bool trees = false;   ///< what is sent of a token in one cycle is handed over together
    bool circuit = false; ///< macros tell what they do when they do it, instead of a schedule known beforehand
};

class TileEngine
{
public:
    /// `units` are borrowed; those that an actor of the tile needs must be there (std::logic_error).
    TileEngine(const program::Program& program, const FlowDirectory& directory, TileId tile, ServiceTable& services,
               Rules rules, const Units& units, Surroundings& surroundings);

    /// From the network; `visible` is later than the cycle in which it is called or evaluated last.
    void receive_token(program::FlowId flow, std::int64_t token, Cycle visible);
    void receive_credit(program::FlowId flow, std::int64_t granules, Cycle visible);
    /// Sources may start inferences below `inferences`.
    void permit(std::int64_t inferences, Cycle visible);

    /// One macro of a firing has started, has read its inputs, or has its result (circuit detail).
    void macro_moment(ActorId actor, std::int64_t sequence, MacroMoment moment, Cycle cycle);

    /// Does everything due at `now`; returns the next cycle in which something is due, or `never`.
    Cycle eval(Cycle now);

    const std::vector<ActorState>& actors() const { return actors_; }
    /// Of the tile's logic, macros not included.
    const PowerDomain& power() const { return power_; }
    const Units& units() const { return units_; }
    const program::Outgoing& outgoing(program::FlowId flow) const
    {
        return outgoing_[directory_.outgoing[flow.value()]].stream;
    }
    const program::Incoming& incoming(program::FlowId flow) const
    {
        return incoming_[directory_.incoming[flow.value()]].stream;
    }
    /// The flow an actor lacks tokens of, or whose receiver has no room for its next token.
    program::FlowId blocking_flow(const ActorState& actor) const;

private:
    struct Sender {
        program::FlowId flow;
        std::uint32_t actor;
        bool local;
        program::Outgoing stream;
    };
    struct Receiver {
        program::FlowId flow;
        std::uint32_t actor;
        bool local;
        program::Incoming stream;
    };
    enum class Kind : std::uint8_t { token, credit, step, macro_ready, macro_done, produce, release, retry };
    struct Event {
        Cycle time;
        Kind kind;
        std::uint32_t index;
        std::int64_t value;
        /// Later events have lower priority; everything decides, so that the order is the same in every run.
        bool operator<(const Event& other) const;
    };

    void build_actors(ServiceTable& services);
    void build_flows();
    void mark_exclusive();
    void push(Event event);
    void handle(const Event& event, Cycle now);
    void touch(std::uint32_t actor);
    void try_fire(std::uint32_t index, Cycle now);
    bool inputs_ready(ActorState& actor);
    bool output_free(const ActorState& actor) const;
    void wait(ActorState& actor, Waiting reason, Cycle now);
    void admit(std::uint32_t index, Cycle now);
    Cycle power_up(ActorState& actor, Cycle now);
    void enter_steps(std::uint32_t index, std::size_t position, Cycle ready, Cycle now);
    Cycle enter_unit(ActorState& actor, std::size_t index, const Step& step, Cycle ready);
    void enter_macros(ActorState& actor, std::int64_t sequence, Cycle& ready, Cycle& input_free);
    void open_admission(std::uint32_t index, Cycle cycle);
    void free_register(std::uint32_t index, std::size_t copy, Cycle cycle);
    void release(ActorState& actor, Cycle time);
    void produce(std::uint32_t index, Cycle now);
    bool try_send(std::uint32_t index, Cycle now);
    void send_later(std::uint32_t actor);
    void send_trees(Cycle now);

    const program::Program& program_;
    const FlowDirectory& directory_;
    TileId tile_;
    Rules rules_;
    Surroundings& surroundings_;
    std::vector<ActorState> actors_;
    std::vector<Sender> outgoing_;
    std::vector<Receiver> incoming_;
    std::vector<Event> events_; ///< a heap
    std::vector<std::uint32_t> touched_;
    std::vector<char> is_touched_;
    struct Leaving {
        std::int64_t sequence; ///< of the producer's token
        program::SentToken sent;
    };
    std::vector<std::uint32_t> senders_; ///< actors whose tokens may leave in this cycle (trees)
    std::vector<Leaving> leaving_;
    Units units_;
    PowerDomain power_;
    Cycle now_ = -1;
};

} // namespace imc::tile
