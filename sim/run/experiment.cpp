#include "sim/run/experiment.h"

#include <fmt/format.h>

namespace imc::run
{

using config::Presence;

namespace
{

constexpr config::Choice<Fidelity> fidelities[] = {
    {"compute", Fidelity::compute, "arrays only: a lower bound of the time, computed, not simulated"},
    {"bound", Fidelity::bound, "arrays, ports, buses, links and pins, each as if alone: a lower bound"},
    {"dependency", Fidelity::dependency,
     "simulated with all of run.ideal; not less than the bound: a lower bound, too"},
    {"flit", Fidelity::flit, "simulated with every flit, buffer and credit"},
};
constexpr config::Choice<Detail> details[] = {
    {"schedule", Detail::schedule, "one event per macro operation"},
    {"circuit", Detail::circuit, "macros as modules that step through every conversion"},
};

} // namespace

void IdealOptions::fields(config::Visitor& v)
{
    v.boolean("network", network, "no packet waits for another");
    v.boolean("buffers", buffers, "no sender waits for room, and no credits return");
    v.boolean("units", units,
              "each actor has its tile's ports, accumulator and vector unit to itself, and wakes its macros once");
}

void RunOptions::fields(config::Visitor& v)
{
    v.integer("inferences", inferences, {1, 1 << 20}, unit::none, "the first alone, the others streamed after it");
    v.boolean("steady_state", steady_state, "stream inferences until the pattern of output intervals repeats");
    v.integer("max_inferences", max_inferences, {12, 1 << 20}, unit::none,
              "inferences streamed at most while the steady state is looked for");
    v.choice("fidelity", fidelity, fidelities, "how exact time is");
    v.choice("detail", detail, details, "how macros are simulated");
    v.section("ideal", ideal, "what simulations leave out, to see what it costs");
    v.integer("no_progress_cycles", no_progress_cycles, {1, std::int64_t{1} << 40}, unit::cycles,
              "without a firing completed or a packet arrived, after which the run ends and names who waits");
    v.real("power_bin_ns", power_bin_s, {1, 1e9}, unit::nanoseconds, "width of a bin of power over time");
}

void ActivityOptions::fields(config::Visitor& v)
{
    v.real("input", input, {0, 1}, unit::none, "share of non-zero input slices");
    v.real("weight", weight, {0, 1}, unit::none, "mean cell state over its maximum");
}

void Experiment::fields(config::Visitor& v)
{
    v.text("schema", schema, "imcsim.experiment/1");
    v.path("network", network, "ONNX or JSON network", Presence::required);
    v.section("chip", chip, "the hardware", Presence::required);
    v.section("precision", precision, "widths of numbers");
    v.section("mapping", mapping, "how the network is laid out");
    v.section("run", run, "what is simulated");
    v.section("activity", activity, "stands in for data where energy or time depends on them");
    v.section("accuracy", accuracy, "values through the arrays: accuracy and errors; null: none");
    v.integer("seed", seed, {0, std::int64_t{1} << 53}, unit::none, "of every random stream");
}

void Experiment::check(const config::Place& place) const
{
    if (schema != "imcsim.experiment/1")
        place.fail("schema", "must be \"imcsim.experiment/1\", got \"" + schema + "\"");
    for (std::size_t i = 0; i < mapping.tile_of.size(); ++i)
        if (const std::string& name = mapping.tile_of[i].tile; !chip.type_named(name).valid())
            place.fail(fmt::format("mapping.tile_of[{}].tile", i), chip.no_type(name));
}

} // namespace imc::run
