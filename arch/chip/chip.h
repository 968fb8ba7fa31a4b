#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <systemc>

#include "arch/chip/chip_values.h"
#include "arch/chip/tile.h"
#include "arch/config/chip.h"
#include "arch/interconnect.h"
#include "arch/noc/mesh_topology.h"
#include "arch/noc/noc_module.h"
#include "arch/program/program.h"
#include "arch/tile/service.h"

namespace imc
{

/// How exact a run is (DESIGN: fidelity ladder). All use the same tiles and the same program.
struct ChipRules {
    bool ideal_network = false;    ///< no packet waits for another
    bool infinite_buffers = false; ///< no sender waits for room
    bool separate_units = false;   ///< see tile::Rules
    bool circuit = false;          ///< macros are modules that step through every conversion
};

/// Looks on; must not change anything.
class ChipObserver
{
public:
    virtual ~ChipObserver() = default;
    virtual void fired(const tile::ActorState& actor, std::int64_t inference, const tile::Firing& firing,
                       Cycle admitted, Cycle done) = 0;
    /// A packet with so many tokens of a flow; none: a credit.
    virtual void delivered(const Delivery& delivery, const Route& route, program::FlowId flow, std::int64_t tokens) = 0;
    /// A token moved from one actor to another of the same tile.
    virtual void kept(program::FlowId flow, std::int64_t token, Cycle visible) = 0;
    /// A firing of `by` ended a rest of its macros, or of its tile's logic. Not of what leaks the same in every state.
    virtual void rested(const tile::ActorState& by, bool macros, const tile::Rest& rest) = 0;
    /// A unit of the tile, or the macros or buses of a copy, work for a firing, see tile::Surroundings.
    virtual void served(const tile::ActorState& actor, std::size_t copy, tile::Resource resource, Cycle start,
                        Cycle end) = 0;
};

/// A chip that executes a program: one module per tile in use (tile_x_y; tile_x_y_p where tiles share a router; with
/// modules of its own, see tile.h), one for the memory node, one for the network. One per process: the kernel allows no
/// second elaboration.
class Chip : public sc_core::sc_module, public tile::Surroundings, public DeliverySink
{
public:
    /// Everything is borrowed and must outlive the chip.
    Chip(const sc_core::sc_module_name& name, const ChipConfig& config, const program::Program& program,
         const MeshShape& mesh, tile::ServiceTable& services, ChipRules rules);
    ~Chip() override;

    void observe(ChipObserver* observer) { observer_ = observer; }
    /// Lets the circuits carry values (circuit detail; before the simulation starts). Throws std::invalid_argument
    /// naming the actor if its macros cannot hold what they are given, or its operations do not drive it.
    void carry(ChipValues& values);

    /// Lets further inferences start, so that `inferences` can have been started in all.
    void permit(std::int64_t inferences);
    /// Called at the last output of each inference, in the cycle it leaves the chip.
    std::function<void(std::int64_t inference, Cycle cycle)> completed;
    /// Inferences whose outputs are complete.
    std::int64_t inferences_done() const { return done_; }

    Cycle cycle() const { return noc_->cycle(); }
    /// When a firing was last completed or a packet last arrived; may lie ahead of the kernel's time.
    Cycle last_progress() const { return last_progress_; }
    /// Instance-cycles in each power state from the start to now, of macros and of tiles that the program uses: of each
    /// tile type.
    struct PowerStates {
        IdVector<TileTypeId, tile::StateCycles> macros;
        IdVector<TileTypeId, tile::StateCycles> tiles;
    };
    PowerStates power(Cycle now) const;
    /// Firings that each actor has completed so far.
    std::vector<std::int64_t> progress() const;
    const Interconnect& network() const { return *network_; }
    const Tile& tile(TileId id) const { return *tiles_[id.value()]; }
    std::size_t tiles() const { return tiles_.size(); }

    /// Circuit detail: what the modules of an actor's macros have counted so far.
    std::vector<MacroEvent> circuit_counts(ActorId actor) const;
    bool has_circuits() const { return circuits_; }

    using Passed = NetworkInterface::Passed;
    const Passed& passed(program::FlowId flow) const { return shared_->passed[flow.value()]; }

private:
    void send_token(Cycle created, program::FlowId flow, std::int64_t token) override;
    void send_tokens(Cycle created, std::span<const program::SentToken> sent) override;
    void send_credit(Cycle created, program::FlowId flow, std::int64_t granules) override;
    void fired(const tile::ActorState& actor, std::int64_t inference, const tile::Firing& firing, Cycle admitted,
               Cycle done) override;
    void deliver(const Delivery& delivery) override;
    void kept_token(Cycle visible, program::FlowId flow, std::int64_t token) override;
    void request_macros(const tile::ActorState& actor, std::int64_t sequence, Cycle now) override;
    void rested(const tile::ActorState& by, bool macros, const tile::Rest& rest) override;
    void served(const tile::ActorState& actor, std::size_t copy, tile::Resource resource, Cycle start,
                Cycle end) override;
    Tile& sender_of(program::FlowId flow) { return *tiles_[program_.actors[program_.flows[flow].from].tile.value()]; }
    Tile& receiver_of(program::FlowId flow) { return *tiles_[program_.actors[program_.flows[flow].to].tile.value()]; }

    const ChipConfig& config_;
    const program::Program& program_;
    Clock clock_;
    noc::MeshTopology topology_;
    tile::FlowDirectory directory_;
    std::unique_ptr<Interconnect> network_;
    std::unique_ptr<NocModule> noc_;
    std::unique_ptr<NetworkInterface::Shared> shared_;
    std::vector<std::unique_ptr<Tile>> tiles_;
    std::vector<std::uint32_t> tile_at_; ///< of each endpoint
    bool circuits_;
    ChipObserver* observer_ = nullptr;
    ChipValues* values_ = nullptr;

    Cycle last_progress_ = 0;
    std::size_t sinks_ = 0;
    std::vector<std::size_t> finished_sinks_; ///< per inference
    std::int64_t done_ = 0;
};

} // namespace imc
