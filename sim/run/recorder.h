#pragma once

#include <array>
#include <vector>

#include "arch/chip/chip.h"
#include "sim/base/trace.h"
#include "sim/run/run.h"

namespace imc::run
{

/// Follows the first inference: power over time, packet figures and, if there is one, the trace.
class Recorder final : public ChipObserver
{
public:
    Recorder(const Experiment& experiment, const Mapped& mapped, const Chip& chip, tile::ServiceTable& services,
             const Ledger& ledger, trace::Trace* trace);

    void fired(const tile::ActorState& actor, std::int64_t inference, const tile::Firing& firing, Cycle admitted,
               Cycle done) override;
    void delivered(const Delivery& delivery, const Route& route, program::FlowId flow, std::int64_t tokens) override;
    void kept(program::FlowId flow, std::int64_t token, Cycle visible) override;

    void rested(const tile::ActorState& by, bool macros, const tile::Rest& rest) override;
    void served(const tile::ActorState& actor, std::size_t copy, tile::Resource resource, Cycle start,
                Cycle end) override;

    /// The output is complete: power states end here, though events may follow.
    void end_power_states(Cycle now);
    /// The first inference, `r`, is over: what leaked meanwhile is added, and nothing further is recorded.
    void finish(const Result& r);

    double peak_power_w() const;
    Energy recorded() const { return recorded_; }
    std::uint64_t events() const { return events_; }

private:
    void book(const EventCount& event, LayerId layer, Cycle start, Cycle end);
    void show(const EventCount& event, LayerId layer, Cycle start, Cycle end);
    void add_rest(TileId tile, PowerDomainKind kind, std::int64_t instances, const tile::Rest& rest);
    void leak(const StoredLeakage& block, const Result& r);
    void show_leakage(Component component, Energy energy, Cycle start, Cycle end);
    void spread(Energy energy, Cycle start, Cycle end);

    const program::Program& program_;
    const Chip& chip_;
    tile::ServiceTable& services_;
    const Ledger& ledger_;
    trace::Trace* trace_;
    Clock clock_;
    Cycle bin_cycles_;
    std::vector<Energy> bins_;
    Energy recorded_;
    std::uint64_t events_ = 0;
    bool recording_ = true;
    bool power_recording_ = true;
    struct Rests {
        std::vector<Cycle> idle, gated; ///< instance-cycles in each bin of power
    };
    IdVector<TileTypeId, std::array<Rests, power_domain_kinds>> rests_;
    /// Where the trace shows what.
    struct TileTracks {
        std::string path;
        trace::TrackId buffer, accumulator, vector_unit, memory; ///< the units that the tile has
        trace::TrackId sends, receives;                          ///< of its network interface
    };
    struct ActorTracks {
        trace::TrackId firings;
        std::vector<std::vector<trace::TrackId>> macros, buses; ///< of each copy
    };
    void name_tracks(const ChipConfig& chip);
    void show_span(trace::TrackId track, const program::Actor& actor, Cycle start, Cycle end);
    const TileTracks& tile_of(ActorId actor) const { return tiles_[program_.actors[actor].tile.value()]; }
    std::vector<TileTracks> tiles_;
    std::vector<ActorTracks> actors_;
};

} // namespace imc::run
