#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arch/config/chip.h"
#include "arch/macro/macro.h"
#include "arch/program/program.h"
#include "sim/base/ledger.h"
#include "sim/base/time.h"

/// What an actor's work takes on the hardware: cycles of each resource, events and their energy.
namespace imc::tile
{

/// What a firing passes through, in this order. Some are shared by all actors of a tile.
enum class Resource : std::uint8_t { buffer, macros, core_bus, accumulator, vector_unit, memory };
constexpr bool shared(Resource resource) { return resource != Resource::macros && resource != Resource::core_bus; }

/// A firing occupies the resource for `service` cycles and leaves it `latency` cycles after it entered.
struct Step {
    Resource resource = Resource::buffer;
    Cycle service = 1;
    Cycle latency = 1;
};

/// One kind of firing of an actor.
struct Firing {
    std::vector<Step> steps; ///< the macros' step has no times of its own, see MacroGroup
    std::vector<EventCount> events;
    std::vector<EventCount> macro_events; ///< of operations that are equal in all firings, as the macros count them
    Energy energy;                        ///< of all of them
};

/// One operation of a macro.
struct MacroOperation {
    MacroSchedule schedule;
    std::vector<EventCount> events;
    Energy energy;
};

/// Adds events, so many times.
void add(std::vector<EventCount>& to, const std::vector<EventCount>& events, std::int64_t times);

/// What the firings of an inference ask of a macro, where it depends on data. Operations live as long as the table.
struct MacroTrace {
    struct Run {
        std::int64_t end = 0; ///< of firings before this one and after the run before
        const MacroOperation* operation = nullptr;
    };
    std::vector<Run> runs;
    const MacroOperation& at(std::int64_t firing) const;
};

/// Macros of an actor whose operations take the same times, in step.
struct MacroGroup {
    MacroSchedule schedule; ///< of every firing
    MacroTrace trace;       ///< if it has runs: of each
    const MacroSchedule& at(std::int64_t firing) const;
    /// From the first start to the last result of firings that `copies` take in turn, if nothing else holds them up.
    Cycle least_time(std::int64_t firings, int copies) const;
};

struct Service {
    Firing first; ///< at the first position of each row of the share
    Firing next;
    std::vector<MacroGroup> macros;
    std::vector<MacroTrace> traces; ///< of each macro whose operations depend on data
    bool double_buffered = true;    ///< the input register is free when the macros start, not when they end reading it
    std::size_t macro_step = none;  ///< index of the macros' step; none: no arrays
    static constexpr std::size_t none = ~std::size_t{0};

    /// What a firing of an inference does, macros included.
    Firing firing(bool at_row_start, std::int64_t index) const;
    /// Cycles until the next firing can follow, by the slowest resource.
    Cycle pace(bool at_row_start, std::int64_t index) const;
    /// Events of the macros' operations in one inference, those in macro_events aside.
    std::vector<EventCount> traced_events() const;
};

class TileServices;

/// Turns amounts into cycles and events with the costs of a chip's tiles, each of its own type. Event types are
/// declared in the ledger.
class ServiceTable
{
public:
    /// Everything is borrowed; of the program the types of its tiles are looked at.
    ServiceTable(const ChipConfig& chip, const program::Program& program, Ledger& ledger);
    ~ServiceTable();

    Service service(const program::Actor& actor);

    /// Events of a token's arrival in a tile's buffer.
    std::vector<EventCount> received_token(TileId tile, std::int64_t bits) const;
    /// Of the macros of a tile's actors, and of its logic.
    const GatingCycles& macro_gating(TileId tile) const;
    const GatingCycles& tile_gating(TileId tile) const;
    EventId macro_wake(TileId tile) const;
    EventId tile_wake(TileId tile) const;
    EventId flit_router() const;
    EventId flit_link() const;

private:
    TileServices& of(TileId tile) const;

    const program::Program& program_;
    std::vector<std::unique_ptr<TileServices>> types_;
};

} // namespace imc::tile
