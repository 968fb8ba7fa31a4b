#include <algorithm>
#include <map>
#include <memory>

#include <gtest/gtest.h>
#include <systemc>

#include "arch/chip/chip.h"
#include "sim/base/config/document.h"
#include "sim/run/bounds.h"
#include "tests/chip/random_network.h"
#include "tests/chip/support.h"

// Macros whose operations take as long as data say, firing by firing: the chip with schedules and the chip with
// circuits do the same, and no bound is broken.

namespace
{

using namespace imc;

constexpr std::int64_t inferences = 3;

/// Sums what the macros of all firings count.
struct MacroEvents final : ChipObserver {
    std::map<std::size_t, std::int64_t> counts;
    void fired(const tile::ActorState&, std::int64_t, const tile::Firing& firing, Cycle, Cycle) override
    {
        for (const EventCount& event : firing.macro_events)
            counts[event.event.value()] += event.count;
    }
    void delivered(const Delivery&, const Route&, program::FlowId, std::int64_t) override {}
    void kept(program::FlowId, std::int64_t, Cycle) override {}
    void rested(const tile::ActorState&, bool, const tile::Rest&) override {}
    void served(const tile::ActorState&, std::size_t, tile::Resource, Cycle, Cycle) override {}
};

/// One program on a chip of either detail.
struct Running {
    Running(const std::string& name, const run::Experiment& experiment, const run::Mapped& mapped, ChipRules rules)
        : services(experiment.chip, mapped.program, ledger),
          chip(name.c_str(), experiment.chip, mapped.program, mapped.mesh, services, rules)
    {
        chip.observe(&events);
        chip.completed = [this](std::int64_t, Cycle cycle) { completions.push_back(cycle); };
        chip.permit(inferences);
    }

    Ledger ledger;
    tile::ServiceTable services;
    Chip chip;
    MacroEvents events;
    std::vector<Cycle> completions;
};

struct Case {
    run::Experiment experiment;
    run::Mapped mapped;
    std::unique_ptr<Running> schedule, circuit, ideal;
};

std::int64_t pick(RandomStream& random, std::int64_t low, std::int64_t high)
{
    return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

/// Macros of few rows with pulses of every kind.
void set_pulses(MacroConfig& macro, RandomStream& random)
{
    macro.input.coding = random.below(2) == 0 ? InputCoding::pulse_width : InputCoding::pulse_count;
    macro.input.slice_bits = static_cast<int>(pick(random, 2, 8));
    macro.input.signed_input = random.below(2) == 0 ? SignedInput::signed_pulse : SignedInput::two_phases;
    macro.input.pulse_s = 1e-12 * static_cast<double>(pick(random, 200, 1500));
    macro.input.early_end = true;
    macro.active_rows = random.below(2) == 0 ? 0 : 100;
}

std::size_t reads_of(const MacroConfig& macro, const MvmOperation& op)
{
    const int active = macro.active_rows > 0 ? macro.active_rows : macro.rows;
    const bool two_phases = op.signed_input && macro.input.signed_input == SignedInput::two_phases;
    return static_cast<std::size_t>(input_slices(macro, op.input_bits, op.signed_input) * (two_phases ? 2 : 1) *
                                    ((op.rows + active - 1) / active));
}

void draw_traces(const MacroConfig& macro, program::Program& program, RandomStream& random)
{
    for (program::Actor& actor : program.actors)
        for (program::MacroUse& use : actor.work.macros) {
            use.operation.signed_input = random.below(2) == 0;
            const std::size_t reads = reads_of(macro, use.operation);
            for (std::int64_t left = actor.share.tokens(); left > 0;) {
                ActivityRun run{pick(random, 1, std::min<std::int64_t>(left, 5)), {}};
                run.activity.row_slices = pick(random, 0, use.operation.rows);
                run.activity.input_sum = pick(random, 0, 100);
                run.activity.level_sum = pick(random, 0, 1000);
                for (std::size_t i = 0; i < reads; ++i)
                    run.activity.longest.push_back(static_cast<std::uint16_t>(random.below(200)));
                left -= run.operations;
                use.trace.push_back(std::move(run));
            }
        }
}

} // namespace

TEST(DataTime, IsTheSameInBothDetailsUnderAnyTrace)
{
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    std::vector<std::unique_ptr<Case>> cases;
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
        RandomStream random(seed, "data time");
        auto c = std::make_unique<Case>();
        c->experiment = test::load_experiment(test::shipped_experiment("lenet5_pcm"), {});
        MacroConfig& macro = c->experiment.chip.tiles[0].core.macro;
        set_pulses(macro, random);
        if (random.below(2) == 0)
            c->experiment.mapping.positions_per_copy = pick(random, 4, 60);
        c->experiment.chip.tiles[0].core.double_buffered_input = random.below(2) == 0;
        c->mapped = run::map_experiment(c->experiment, test::random_network(random));
        draw_traces(macro, c->mapped.program, random);
        program::check(c->mapped.program);
        c->schedule =
            std::make_unique<Running>("schedule" + std::to_string(seed), c->experiment, c->mapped, ChipRules{});
        c->circuit = std::make_unique<Running>("circuit" + std::to_string(seed), c->experiment, c->mapped,
                                               ChipRules{.circuit = true});
        c->ideal = std::make_unique<Running>(
            "ideal" + std::to_string(seed), c->experiment, c->mapped,
            ChipRules{.ideal_network = true, .infinite_buffers = true, .separate_units = true});
        cases.push_back(std::move(c));
    }
    sc_core::sc_start();
    for (std::size_t i = 0; i < cases.size(); ++i) {
        Case& c = *cases[i];
        ASSERT_EQ(c.schedule->completions.size(), static_cast<std::size_t>(inferences)) << i;
        EXPECT_EQ(c.schedule->completions, c.circuit->completions) << i;
        // The circuit counts on its own what the schedule's firings were told.
        std::map<std::size_t, std::int64_t> counted, booked;
        for (std::size_t a = 0; a < c.mapped.program.actors.size(); ++a)
            for (const MacroEvent& event : c.circuit->chip.circuit_counts(ActorId(a)))
                if (event.count != 0)
                    counted[c.schedule->ledger.declare(event.event).value()] += event.count;
        for (const auto& [event, count] : c.schedule->events.counts)
            if (count != 0)
                booked[event] = count;
        EXPECT_EQ(booked, counted) << i;
        const run::Bounds bounds =
            run::bounds_of(c.experiment, c.mapped, c.schedule->services, run::Served::for_output);
        EXPECT_LE(bounds.compute.cycles, c.schedule->completions[0]) << i;
        EXPECT_LE(bounds.tile.cycles, c.schedule->completions[0]) << i;
        // Copies may end out of turn: the ideal chip is not slower for that.
        for (std::size_t n = 0; n < c.ideal->completions.size(); ++n)
            EXPECT_LE(c.ideal->completions[n], c.schedule->completions[n]) << i;
    }
}

TEST(DataTime, OfTheLongestPulsesIsThatOfUnknownDataAndOfNoneIsLess)
{
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    std::vector<std::unique_ptr<Case>> cases;
    for (int value : {-1, 255, 0}) {
        auto c = std::make_unique<Case>();
        c->experiment = test::load_experiment(test::shipped_experiment("lenet5_pcm"),
                                              {"chip.tiles[0].core.macro.input.early_end=true"});
        c->mapped = run::map_experiment(c->experiment);
        for (program::Actor& actor : c->mapped.program.actors)
            for (program::MacroUse& use : actor.work.macros)
                if (value >= 0) {
                    ActivityRun run{actor.share.tokens(), use.operation.activity};
                    run.activity.longest = {static_cast<std::uint16_t>(value)};
                    use.trace = {run};
                }
        c->schedule =
            std::make_unique<Running>("chip" + std::to_string(value + 1), c->experiment, c->mapped, ChipRules{});
        cases.push_back(std::move(c));
    }
    sc_core::sc_start();
    EXPECT_EQ(cases[0]->schedule->completions, cases[1]->schedule->completions);
    EXPECT_EQ(cases[0]->schedule->events.counts, cases[1]->schedule->events.counts);
    EXPECT_LT(cases[2]->schedule->completions[0], cases[0]->schedule->completions[0] / 4);
}
