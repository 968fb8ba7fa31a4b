#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arch/tile/service.h"

namespace imc::tile
{

/// The services of one of a chip's tile types; those of the memory are the same in all.
class TileServices
{
public:
    TileServices(const ChipConfig& chip, TileTypeId type, Ledger& ledger);
    ~TileServices();

    Service service(const program::Actor& actor);
    std::vector<EventCount> received_token(std::int64_t bits) const;
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
    EventId declare(Component component, const char* name, double joules, const StaticCost& cost);
    EventId declare_outside(Component component, const char* name, double joules, const StaticCost& cost);

    const MacroOperation& operation(const MvmOperation& op);
    MacroTrace trace(const program::MacroUse& use);

    struct Cache;
    const ChipConfig& chip_;
    const TileConfig& tile_;
    TileTypeId type_;
    Clock clock_;
    Ledger& ledger_;
    std::unique_ptr<Cache> cache_;
    EventId buffer_read_, buffer_write_, bus_bit_, input_register_bit_, core_bus_bit_, core_register_bit_,
        output_register_bit_, accumulate_, memory_read_, memory_write_, pin_bit_, flit_router_, flit_link_, macro_wake_,
        tile_wake_;
    GatingCycles macro_gating_, tile_gating_;
    std::vector<EventId> vector_;
};

} // namespace imc::tile
