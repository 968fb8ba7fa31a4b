#pragma once

#include <string>
#include <vector>

#include "arch/chip/chip.h"
#include "arch/tile/tile_engine.h"
#include "sim/run/run.h"

namespace imc::run
{

/// Of each tile.
using Engines = std::vector<const tile::TileEngine*>;

/// Actors each of which waits for tokens from the next or for room at it, the last for the first. Empty if there are
/// none; where nothing can move and not all is done there are.
std::vector<ActorId> ring_of_waits(const program::Program& program, const Engines& engines);
/// Every block that waits, what it waits for, and a cycle of blocks that wait for each other, as text.
std::string explain_deadlock(const Chip& chip, const Mapped& mapped);
/// The same, and what works on something, where events are pending but nothing came of them for `limit` cycles.
std::string explain_stall(const Chip& chip, const Mapped& mapped, Cycle limit);

} // namespace imc::run
