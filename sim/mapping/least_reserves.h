#pragma once

#include <cstdint>
#include <vector>

#include "arch/program/program.h"

namespace imc::mapping
{

/// Room that a program gives tokens: granules of a flow's receiver, or slots of a spill in the global buffer.
struct Reserve {
    program::FlowId flow;
    ActorId spill;          ///< where `flow` is invalid
    std::int64_t least = 1; ///< what a single firing needs: less would stop the program at once
};

/// Makes reserves as small as may be: on return the program still runs to its end, and stops if any one of `reserves`
/// is smaller by a granule or slot. Which of several such choices it is depends on the order: a reserve is made
/// smaller at the cost of those after it, never of those before. A program that stops as given is left alone.
///
/// Runs the program without time, for all reserves at once where nothing waits for joins, else a few times for each
/// that must be larger than its least.
void make_least(program::Program& program, const std::vector<Reserve>& reserves);

} // namespace imc::mapping
