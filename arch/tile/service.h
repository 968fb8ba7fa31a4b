#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arch/config/chip.h"
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
    std::vector<EventCount> macro_events; ///< of the macros' operations, as their schedule counts them
    Energy energy;                        ///< of all of them
};

/// Macros of an actor that do equal operations, in step.
struct MacroGroup {
    Cycle interval = 0;
    Cycle latency = 0;
    Cycle inputs_free = 0;
    bool operator==(const MacroGroup&) const = default;
};

struct Service {
    Firing first; ///< at the first position of each row of the share
    Firing next;
    std::vector<MacroGroup> macros;
    bool double_buffered = true;   ///< the input register is free when the macros start, not when they end reading it
    std::size_t macro_step = none; ///< index of the macros' step; none: no arrays
    static constexpr std::size_t none = ~std::size_t{0};
};

class TileServices;

/// Turns amounts into cycles and events with the costs of a chip's tiles, each of its own type. Event types are declared
/// in the ledger.
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
