#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <systemc>

#include "sim/base/errors.h"
#include "tests/chip/support.h"

// A shortcut around two 3x3 convolutions. While the join waits for their row y, the first of them has read up to row
// y + 2 of the map that the shortcut keeps: 1 + (3-1-1) + (3-1-1) = 3 rows, and not one fewer.

namespace
{

using namespace imc;
using testing::HasSubstr;

run::Experiment residual()
{
    return test::load_experiment(test::chip_data("worked_experiment.json"),
                                 {"network=" + test::chip_data("residual.json").string(),
                                  "mapping.minimal_buffers=true", "chip.tiles[0].output_slots=1"});
}

program::Flow& shortcut(run::Mapped& mapped)
{
    for (std::size_t f = 0; f < mapped.program.flows.size(); ++f) {
        program::Flow& flow = mapped.program.flows[program::FlowId(f)];
        if (flow.port > 0 && mapped.program.actors[flow.from].name == "entry")
            return flow;
    }
    throw std::logic_error("there is no shortcut");
}

TEST(Shortcut, KeepsTheRowsThatTheOtherPathIsBehind)
{
    const run::Experiment experiment = residual();
    run::Mapped mapped = run::map_experiment(experiment);
    EXPECT_EQ(shortcut(mapped).capacity, 3);
    EXPECT_GT(run::simulate(experiment, mapped, nullptr).cycles, 0);
}

TEST(Shortcut, WithARowFewerTheRunStopsAndNamesTheCycleOfWaitingBlocks)
{
    const run::Experiment experiment = residual();
    run::Mapped mapped = run::map_experiment(experiment);
    shortcut(mapped).capacity -= 1;
    try {
        run::simulate(experiment, mapped, nullptr);
        FAIL() << "nothing stopped it";
    } catch (const RunError& error) {
        const std::string what = error.what();
        EXPECT_THAT(what, HasSubstr("deadlock"));
        EXPECT_THAT(what, HasSubstr("'entry' on tile"));
        ASSERT_THAT(what, HasSubstr("cycle of waiting blocks:"));
        const std::string cycle = what.substr(what.find("cycle of waiting blocks:"));
        // The fork has no room at the join, the join waits for b, b for a, and a for the fork.
        for (const char* block : {"'entry' ->", "'a' ->", "'b' ->"})
            EXPECT_THAT(cycle, HasSubstr(block)) << what;
    }
}

/// Something that never ends and moves nothing: a timer of refresh, say.
class Ticker : public sc_core::sc_module
{
public:
    explicit Ticker(const sc_core::sc_module_name& name) : sc_module(name)
    {
        SC_HAS_PROCESS(Ticker);
        SC_METHOD(tick);
    }

private:
    void tick() { next_trigger(sc_core::sc_time(100, sc_core::SC_NS)); }
};

TEST(Watchdog, EndsARunInWhichOnlyATimerStillRuns)
{
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    const Ticker ticker("ticker");
    run::Experiment experiment = residual();
    experiment.run.no_progress_cycles = 50'000;
    run::Mapped mapped = run::map_experiment(experiment);
    shortcut(mapped).capacity -= 1;
    try {
        run::simulate(experiment, mapped, nullptr);
        FAIL() << "nothing stopped it";
    } catch (const RunError& error) {
        const std::string what = error.what();
        EXPECT_THAT(what, HasSubstr("no progress for 50000 cycles"));
        EXPECT_THAT(what, HasSubstr("run.no_progress_cycles"));
        EXPECT_THAT(what, HasSubstr("'entry' on tile"));
        EXPECT_THAT(what, HasSubstr("cycle of waiting blocks:"));
    }
}

/// The first input takes 1600 cycles over the pins and the buffer's answer another 3.
run::Experiment slow_pins(std::int64_t limit)
{
    return test::load_experiment(
        test::chip_data("worked_experiment.json"),
        {"chip.io.bandwidth_gb_per_s=0.08", "run.no_progress_cycles=" + std::to_string(limit)});
}

TEST(Watchdog, LetsARunWaitAsLongAsItMay) { EXPECT_GT(test::simulate(slow_pins(1604)).cycles, 0); }

TEST(Watchdog, EndsARunThatWaitsACycleLonger)
{
    try {
        test::simulate(slow_pins(1603));
        FAIL() << "nothing stopped it";
    } catch (const RunError& error) {
        EXPECT_THAT(error.what(), HasSubstr("no progress for 1603 cycles since cycle 0"));
        EXPECT_THAT(error.what(), HasSubstr("works since cycle 0"));
    }
}

} // namespace
