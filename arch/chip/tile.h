#pragma once

#include <systemc>

#include "arch/tile/tile_engine.h"
#include "sim/base/time.h"

namespace imc
{

/// A tile in the kernel: one method process and one event around a TileEngine.
class Tile : public sc_core::sc_module
{
public:
    Tile(const sc_core::sc_module_name& name, const Clock& clock, const program::Program& program,
         const tile::FlowDirectory& directory, TileId id, tile::ServiceTable& services, tile::Rules rules,
         tile::Surroundings& surroundings);

    /// From other blocks; `visible` is a later cycle than the kernel's.
    void receive_token(program::FlowId flow, std::int64_t token, Cycle visible);
    void receive_credit(program::FlowId flow, std::int64_t granules, Cycle visible);
    void permit(std::int64_t inferences, Cycle visible);
    /// From a macro of this tile, at the cycle it names or before (circuit detail).
    void macro_moment(ActorId actor, std::int64_t sequence, MacroMoment moment, Cycle cycle);

    const tile::TileEngine& engine() const { return engine_; }

private:
    void run();
    void wake_at(Cycle cycle);

    Clock clock_;
    tile::TileEngine engine_;
    sc_core::sc_event wake_;
};

} // namespace imc
