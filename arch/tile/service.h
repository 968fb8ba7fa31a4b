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

/// Turns amounts into cycles and events with the costs of a chip. Event types are declared in the ledger.
class ServiceTable
{
public:
    ServiceTable(const ChipConfig& chip, Ledger& ledger);
    ~ServiceTable();

    Service service(const program::Actor& actor);

    /// Events of a token's arrival in a tile's buffer.
    std::vector<EventCount> received_token(std::int64_t bits) const;
    /// Of an actor's macros, and of a tile's logic.
    const GatingCycles& macro_gating() const { return macro_gating_; }
    const GatingCycles& tile_gating() const { return tile_gating_; }
    EventId macro_wake() const { return macro_wake_; }
    EventId tile_wake() const { return tile_wake_; }
    EventId flit_router() const { return flit_router_; }
    EventId flit_link() const { return flit_link_; }

private:
    Firing firing(const program::Actor& actor, std::int64_t fetch_bits, Service& service);
    void add_macros(const program::Work& work, Firing& firing, Service& service);
    void add_vector(const program::Work& work, Firing& firing);
    void add_memory(const program::Actor& actor, Firing& firing);
    void add_event(Firing& firing, EventId event, std::int64_t count);
    EventId declare(Component component, const char* name, double joules, const StaticCost& cost,
                    Category category = Category::dynamic);

    struct Operation {
        MacroGroup group;
        std::vector<EventCount> events;
    };
    const Operation& operation(const MvmOperation& op);

    struct Cache;
    const ChipConfig& chip_;
    const TileConfig& tile_;
    Clock clock_;
    Ledger& ledger_;
    std::unique_ptr<Cache> cache_;
    EventId buffer_read_, buffer_write_, bus_bit_, input_register_bit_, core_bus_bit_, core_register_bit_,
        output_register_bit_, accumulate_, memory_read_, memory_write_, pin_bit_, flit_router_, flit_link_, macro_wake_, tile_wake_;
    GatingCycles macro_gating_, tile_gating_;
    std::vector<EventId> vector_;
};

} // namespace imc::tile
