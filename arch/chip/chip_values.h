#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "arch/macro_values.h"
#include "sim/base/ids.h"

namespace imc
{

/// What the circuits of a chip compute with, and where their results go. Whoever knows the network, its weights and its
/// data implements it. The macros of an actor are numbered as Work::macros, those of its copies one after another.
class ChipValues
{
public:
    virtual ~ChipValues() = default;
    virtual MacroContents contents(ActorId actor, std::size_t macro) = 0;
    /// Of the macro's operation in firing `sequence`; empty: it carries no values.
    virtual std::optional<OperationInputs> inputs(ActorId actor, std::size_t macro, std::int64_t sequence) = 0;
    /// What has left the macro, of each of its arrays.
    virtual void results(ActorId actor, std::size_t macro, std::int64_t sequence,
                         const std::vector<std::vector<double>>& sums) = 0;
};

} // namespace imc
