#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "arch/config/chip.h"
#include "arch/program/program.h"
#include "arch/tile/tile_engine.h"
#include "sim/base/ledger.h"
#include "sim/base/random.h"

namespace imc::test
{

/// Tiles driven by a queue of wake-ups instead of a kernel, and packets that take a random time each, so that those
/// of one flow overtake each other. Whether a program stops does not depend on times (its actors are determinate), so
/// this finds every deadlock that the tiles and the reserves allow, some thousand programs a second.
class PlainChip final : public tile::Surroundings
{
public:
    PlainChip(const ChipConfig& chip, const program::Program& program, std::uint64_t seed);

    /// Lets so many inferences in and runs until nothing moves. True if all their outputs came out.
    bool run(std::int64_t inferences);
    /// Actors that still have firings to do, and what each waits for.
    std::string blocked(std::int64_t inferences) const;
    std::int64_t firings() const { return firings_; }
    std::vector<const tile::TileEngine*> engines() const;

private:
    void send_token(Cycle created, program::FlowId flow, std::int64_t token) override;
    void kept_token(Cycle, program::FlowId, std::int64_t) override {}
    void send_credit(Cycle created, program::FlowId flow, std::int64_t granules) override;
    void request_macros(const tile::ActorState& actor, std::int64_t sequence, Cycle now) override;
    void fired(const tile::ActorState&, std::int64_t, const tile::Firing&, Cycle, Cycle) override { ++firings_; }
    void wake(TileId tile, Cycle cycle);

    const program::Program& program_;
    Ledger ledger_;
    tile::ServiceTable services_;
    tile::FlowDirectory directory_;
    std::deque<tile::PlainUnits> units_; ///< of each tile
    std::vector<std::unique_ptr<tile::TileEngine>> tiles_;
    using Wake = std::pair<Cycle, std::size_t>;
    std::priority_queue<Wake, std::vector<Wake>, std::greater<Wake>> wakes_;
    RandomStream delay_;
    std::int64_t firings_ = 0;
};

} // namespace imc::test
