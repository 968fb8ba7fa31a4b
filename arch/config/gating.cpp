#include "arch/config/gating.h"

#include <algorithm>

#include <fmt/format.h>

namespace imc
{

void GatingConfig::fields(config::Visitor& v)
{
    v.real("gate_after_ns", gate_after_s, {0.0, 1e9}, unit::nanoseconds, "idle time after which it is gated; 0: never");
    v.real("wake_ns", wake_s, {0.0, 1e9}, unit::nanoseconds, "from the work that finds it gated to the work's start");
    v.real("wake_energy_pj", wake_energy_j, {0.0, 1e9}, unit::picojoules, "energy of waking one instance");
    v.real("idle_leakage_fraction", idle_leakage, {0.0, 1.0}, unit::none, "leakage when idle over that when active");
    v.real("gated_leakage_fraction", gated_leakage, {0.0, 1.0}, unit::none, "leakage when gated over that when active");
}

void GatingConfig::check(const config::Place& place) const
{
    if (gates() && gated_leakage > idle_leakage)
        place.fail("gated_leakage_fraction",
                   fmt::format("must not exceed idle_leakage_fraction = {:g}, got {:g}", idle_leakage, gated_leakage));
}

GatingCycles cycles_of(const GatingConfig& gating, const Clock& clock)
{
    if (!gating.gates())
        return {GatingCycles::never_gated, 0, gating.leaks_evenly()};
    return {std::max<Cycle>(1, clock.cycles(gating.gate_after_s)), clock.cycles(gating.wake_s), false};
}

} // namespace imc
