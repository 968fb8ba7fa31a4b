#pragma once

#include <array>
#include <vector>

#include "arch/chip/chip.h"
#include "sim/run/run.h"

namespace imc::run
{

/// What the latency of a chip with separate units (tile::Rules) is at least with real ones. Nothing comes earlier than
/// on the chip of separate units, so a real unit has still to serve, from when its users first asked there, all that
/// the output waits for; and no bound of bounds.h is undercut.
class Floor
{
public:
    /// None.
    Floor() = default;
    Floor(const Experiment& experiment, const Mapped& mapped, tile::ServiceTable& services);

    /// `chip` has just completed its first inference.
    Cycle cycles(const Chip& chip) const;

private:
    Cycle bound_ = 0;
    /// What an actor asks of its units, by step, for the last output.
    IdVector<ActorId, std::vector<Cycle>> work_;
};

} // namespace imc::run
