#pragma once

#include <map>
#include <memory>

#include <systemc>

#include "arch/chip/network_interface.h"
#include "arch/chip/tile_parts.h"
#include "arch/tile/tile_engine.h"
#include "sim/base/time.h"

namespace imc
{

/// A tile in the kernel: one method process and one event around a TileEngine, whose units are those of the modules
/// within: buffers, accumulator, vector unit, network interface, and in circuit detail the cores in use. The chip's
/// memory node has the global buffer and the pins, and the others only if layers at the network's input are computed
/// there.
class Tile : public sc_core::sc_module
{
public:
    Tile(const sc_core::sc_module_name& name, NetworkInterface::Shared& network, const tile::FlowDirectory& directory,
         TileId id, tile::ServiceTable& services, tile::Rules rules, tile::Surroundings& surroundings);

    /// From other blocks; `visible` is a later cycle than the kernel's.
    void receive_token(program::FlowId flow, std::int64_t token, Cycle visible);
    void receive_credit(program::FlowId flow, std::int64_t granules, Cycle visible);
    void permit(std::int64_t inferences, Cycle visible);
    /// From a macro of this tile, at the cycle it names or before (circuit detail).
    void macro_moment(ActorId actor, std::int64_t sequence, MacroMoment moment, Cycle cycle);
    /// A firing of one of its actors is complete.
    void count_result(const tile::ActorState& actor);

    const tile::TileEngine& engine() const { return engine_; }
    NetworkInterface& network_interface() { return network_interface_; }
    const NetworkInterface& network_interface() const { return network_interface_; }
    /// Circuit detail: a macro of one of its actors, numbered as Work::macros, those of its copies one after another.
    ValueTimer& circuit(ActorId actor, std::size_t macro);

private:
    /// Of a tile that computes.
    struct Parts {
        InputBuffer input_buffer{"input_buffer"};
        OutputBuffer output_buffer{"output_buffer"};
        AccumulatorUnit accumulator{"accumulator"};
        VectorUnit vector_unit{"vector_unit"};
    };
    /// Of the chip's memory node.
    struct MemoryParts {
        GlobalBuffer global_buffer{"global_buffer"};
        Pins pins{"pins"};
    };

    const TileConfig& type() const { return config_.tiles[program_.type_of(id_).value()]; }
    void build_cores();
    tile::Units units();
    void run();
    void wake_at(Cycle cycle);

    const ChipConfig& config_;
    const program::Program& program_;
    TileId id_;
    Clock clock_;
    std::unique_ptr<Parts> parts_;
    std::unique_ptr<MemoryParts> memory_;
    NetworkInterface network_interface_;
    std::map<int, std::unique_ptr<Core>> cores_; ///< by number
    tile::TileEngine engine_;
    sc_core::sc_event wake_;
};

/// Where copy `copy` of an actor's macros has its macro `use`: core and number in the core. Copies follow each other.
std::pair<int, int> place_of_macro(const TileConfig& tile, const program::Actor& actor, std::size_t copy,
                                   std::size_t use);

} // namespace imc
