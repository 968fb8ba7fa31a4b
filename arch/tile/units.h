#pragma once

#include <cstdint>

#include "arch/tile/service.h"
#include "sim/base/time.h"

/// What a tile has once for all of its actors.
namespace imc::tile
{

/// Serves one firing at a time; how long, the service says.
struct Unit {
    Cycle free = 0; ///< from when on it can serve the next
    std::int64_t served = 0;
    Cycle busy = 0;

    /// Who asks at `ready` is let in at the cycle returned.
    Cycle enter(Cycle ready, Cycle service)
    {
        const Cycle start = ready > free ? ready : free;
        free = start + service;
        count(service);
        return start;
    }
    /// Nobody waits for it (Rules::separate_units); what it did is counted all the same.
    void count(Cycle service)
    {
        ++served;
        busy += service;
    }
};

/// What stands in for a tile's unit where every step of every actor has one of its own (Rules::separate_units).
struct OwnUnit {
    Unit unit;
    Cycle first_asked = never; ///< when a firing first was ready for it
};

/// The units of a tile, which are those of its modules. Null: the tile has no such unit.
struct Units {
    Unit* buffer = nullptr; ///< read port of the buffer for what arrives
    Unit* accumulator = nullptr;
    Unit* vector_unit = nullptr;
    Unit* memory = nullptr; ///< port of the global buffer, with the chip's pins

    Unit* of(Resource resource) const
    {
        switch (resource) {
        case Resource::buffer:
            return buffer;
        case Resource::accumulator:
            return accumulator;
        case Resource::vector_unit:
            return vector_unit;
        case Resource::memory:
            return memory;
        default:
            return nullptr;
        }
    }
};

/// Units without modules, for whoever drives a TileEngine without a kernel.
struct PlainUnits {
    Unit buffer, accumulator, vector_unit, memory;
    Units units() { return {&buffer, &accumulator, &vector_unit, &memory}; }
};

} // namespace imc::tile
