#pragma once

#include "sim/base/config/visitor.h"
#include "sim/base/time.h"

namespace imc
{

/// When a block's supply is switched off, what that saves and what waking takes. The block is
///  * active while work of its own is in flight, waking included,
///  * idle from its last result on, and
///  * gated once it has been idle for gate_after_s, and before the first work of all.
/// The first work that finds it gated starts wake_s later.
struct GatingConfig {
    double gate_after_s = 0.0; ///< 0: never gated
    double wake_s = 0.0;
    double wake_energy_j = 0.0; ///< of one instance, each time it wakes
    double idle_leakage = 1.0;  ///< share of the active leakage
    double gated_leakage = 0.0; ///< share of the active leakage that sleep transistors and retention leave

    bool gates() const { return gate_after_s > 0.0; }
    bool leaks_evenly() const { return !gates() && idle_leakage == 1.0; } ///< the same in every state it can be in
    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

/// The same in cycles, each rounded up.
struct GatingCycles {
    Cycle gate_after = never_gated;
    Cycle wake = 0;
    bool leaks_evenly = true; ///< nobody needs to know its states
    static constexpr Cycle never_gated = Cycle{1} << 62;
    bool gates() const { return gate_after != never_gated; }
};
GatingCycles cycles_of(const GatingConfig& gating, const Clock& clock);

} // namespace imc
