#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "arch/config/chip.h"
#include "sim/base/config/visitor.h"
#include "sim/mapping/options.h"
#include "sim/run/accuracy_options.h"

/// The root of an experiment file, schema imcsim.experiment/1.
namespace imc::run
{

enum class Fidelity {
    compute,    ///< arrays only
    bound,      ///< no resource can be faster than its busiest user needs
    dependency, ///< the schedule with all of IdealOptions; not less than the bound
    flit,       ///< everything
};

enum class Detail {
    schedule, ///< one event per macro operation
    circuit,  ///< macros as modules that step through every conversion
};

/// What a run leaves out, to see what it costs. With all of it every actor fires as soon as what it waits for is there,
/// so that no real chip is faster.
struct IdealOptions {
    bool network = false; ///< no packet waits for another
    bool buffers = false; ///< no sender waits for room
    bool units = false; ///< nobody waits for a tile's port, accumulator or vector unit that another uses, or for wakes
    void fields(config::Visitor& v);
};

struct RunOptions {
    std::int64_t inferences = 1;
    bool steady_state = true;
    std::int64_t max_inferences = 40; ///< streamed at most while the steady state is looked for
    Fidelity fidelity = Fidelity::flit;
    Detail detail = Detail::schedule;
    IdealOptions ideal;
    double power_bin_s = 1e-6;
    std::int64_t no_progress_cycles = 10'000'000;
    void fields(config::Visitor& v);
};

/// Stands in for data where energy or time depends on them.
struct ActivityOptions {
    double input = 0.5;  ///< share of non-zero input slices
    double weight = 0.5; ///< mean cell state over its maximum
    void fields(config::Visitor& v);
};

struct Experiment {
    std::string schema = "imcsim.experiment/1";
    std::filesystem::path network;
    ChipConfig chip;
    mapping::PrecisionOptions precision;
    mapping::Options mapping;
    RunOptions run;
    ActivityOptions activity;
    std::optional<AccuracyOptions> accuracy; ///< absent: no values are computed
    std::int64_t seed = 1;

    void fields(config::Visitor& v);
    void check(const config::Place& place) const;
};

} // namespace imc::run
