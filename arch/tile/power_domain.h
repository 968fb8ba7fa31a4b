#pragma once

#include <algorithm>
#include <cstdint>

#include "arch/config/gating.h"
#include "sim/base/time.h"

namespace imc::tile
{

/// Time in each power state; of several instances together, their sum.
struct StateCycles {
    Cycle active = 0;
    Cycle idle = 0;
    Cycle gated = 0;
    std::int64_t wakes = 0;

    StateCycles& operator+=(const StateCycles& o)
    {
        active += o.active;
        idle += o.idle;
        gated += o.gated;
        wakes += o.wakes;
        return *this;
    }
    friend StateCycles operator-(const StateCycles& a, const StateCycles& b)
    {
        return {a.active - b.active, a.idle - b.idle, a.gated - b.gated, a.wakes - b.wakes};
    }
    friend StateCycles operator*(const StateCycles& a, std::int64_t n)
    {
        return {a.active * n, a.idle * n, a.gated * n, a.wakes * n};
    }
    bool operator==(const StateCycles&) const = default;
};

/// Cycles without work: idle before `gated_from`, gated from it on.
struct Rest {
    Cycle from = 0;
    Cycle gated_from = 0; ///< in [from, to]
    Cycle to = 0;
    Cycle ready = 0; ///< the block can work again: `to`, or a wake time later if it was gated
    bool woke = false;
};

/// What is switched on and off together (arch/config/gating.h): the macros of an actor, or the logic of a tile. Calls
/// come in order of time.
class PowerDomain
{
public:
    PowerDomain() : PowerDomain(GatingCycles{}) {}
    explicit PowerDomain(const GatingCycles& gating)
        : gating_(gating), gated_from_(gating.gates() ? 0 : GatingCycles::never_gated)
    {
    }

    bool gates() const { return gating_.gates(); }
    bool leaks_evenly() const { return gating_.leaks_evenly; }
    bool resting() const { return users_ == 0; }
    /// How often it was woken so far.
    std::int64_t wakes() const { return closed_.wakes; }
    /// The rest up to `now`; only while resting.
    Rest rest(Cycle now) const
    {
        const bool gated = now >= gated_from_;
        return {since_, gated ? std::max(since_, gated_from_) : now, now, gated ? now + gating_.wake : now, gated};
    }

    /// Work begins; returns the first cycle in which it can be done.
    Cycle enter(Cycle now)
    {
        if (users_++ == 0) {
            const Rest r = rest(now);
            add(r, closed_);
            closed_.wakes += r.woke;
            ready_ = r.ready;
            since_ = now;
        }
        return std::max(now, ready_);
    }
    /// Work that had begun is done.
    void leave(Cycle now)
    {
        if (--users_ > 0)
            return;
        closed_.active += now - since_;
        since_ = now;
        gated_from_ = gates() ? now + gating_.gate_after : GatingCycles::never_gated;
    }

    /// Time in each state in [0, now), and wakes so far.
    StateCycles until(Cycle now) const
    {
        StateCycles sum = closed_;
        if (resting())
            add(rest(now), sum);
        else
            sum.active += now - since_;
        return sum;
    }

private:
    static void add(const Rest& r, StateCycles& sum)
    {
        sum.idle += r.gated_from - r.from;
        sum.gated += r.to - r.gated_from;
    }

    GatingCycles gating_;
    Cycle gated_from_;
    Cycle since_ = 0; ///< of the present activity or rest
    Cycle ready_ = 0;
    std::int64_t users_ = 0;
    StateCycles closed_;
};

} // namespace imc::tile
