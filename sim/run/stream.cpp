#include "sim/run/stream.h"

#include <algorithm>
#include <optional>

#include <systemc>

#include "arch/program/streams.h"
#include "sim/base/errors.h"
#include "sim/run/deadlock.h"
#include "sim/run/kernel.h"
#include "sim/run/needed.h"
#include "sim/run/power.h"
#include "sim/run/steady_state.h"

namespace imc::run
{

namespace
{

class Stream
{
public:
    Stream(const Experiment& experiment, const Mapped& mapped, Chip& chip, Result& r)
        : experiment_(experiment), mapped_(mapped), chip_(chip), r_(r),
          is_bound_(experiment.run.fidelity == Fidelity::dependency), look_(experiment.run.steady_state),
          total_(look_ ? std::max(experiment.run.inferences, experiment.run.max_inferences) : experiment.run.inferences)
    {
        // What comes faster than the slowest resource can follow had been done ahead and does not last, or is ideal.
        least_ = std::max(r.bounds[1], r.bounds[2]);
        // Without end, so that the last ones looked at are not faster for want of others behind them; where buffers are
        // infinite, nothing would hold back the input.
        permitted_ = look_ && !is_bound_ && !experiment.run.ideal.buffers ? program::unlimited : total_;
        // The first inference may have taken longer than the chip of separate units took for it.
        behind_ = std::max<Cycle>(0, r.cycles - chip.cycle());
        const IdVector<ActorId, std::int64_t> needed = needed_tokens(mapped.program);
        for (std::size_t a = 0; a < needed.size(); ++a)
            per_inference_.push_back(needed[ActorId(a)] > 0 ? mapped.program.actors[ActorId(a)].share.tokens() : 0);
    }

    void run()
    {
        chip_.completed = [this](std::int64_t, Cycle cycle) { complete(cycle); };
        chip_.permit(permitted_);
        run_kernel(experiment_, mapped_, chip_);
        if (!steady_ && chip_.inferences_done() < total_)
            throw RunError(explain_deadlock(chip_, mapped_));
        if (!steady_ && outputs_.size() > 1) {
            settle(mean_of_last(outputs_));
            if (look_)
                warn();
        }
        if (!steady_)
            return;
        // A mean of eight intervals of many lengths is no lower bound.
        const double interval = is_bound_ && steady_->period == 0 ? 0.0 : steady_->interval;
        r_.interval_cycles = std::max(interval, static_cast<double>(least_));
        r_.interval_period = steady_->period;
    }

private:
    void complete(Cycle cycle)
    {
        outputs_.push_back(cycle);
        power_.push_back(chip_.power(cycle));
        progress_.push_back(chip_.progress());
        r_.completions.push_back(cycle + behind_);
        if (look_ && !steady_)
            if (const auto found = find_steady_state(outputs_, least_);
                found && (is_bound_ || found->interval >= static_cast<double>(least_)) &&
                lasts(progress_, per_inference_, found->seen, permitted_))
                settle(*found);
        const auto ended = static_cast<std::int64_t>(outputs_.size()) + 1;
        if (ended >= total_ || (steady_ && ended >= experiment_.run.inferences))
            sc_core::sc_stop();
    }

    void settle(const SteadyState& state)
    {
        const std::size_t last = outputs_.size() - 1;
        const auto n = state.period > 0 ? static_cast<std::size_t>(state.period) : std::min<std::size_t>(8, last);
        const auto inferences = static_cast<std::int64_t>(n);
        set_steady_power(between(power_[last - n], power_[last]),
                         std::max(outputs_[last] - outputs_[last - n], least_ * inferences), inferences, r_);
        steady_ = state;
    }

    void warn()
    {
        const std::string where = "the pattern of output intervals did not repeat within " + std::to_string(total_) +
                                  " inferences: throughput is ";
        r_.warnings.push_back(where + (is_bound_ ? "what the slowest resource allows"
                                                 : "the mean of the last eight intervals, or what the slowest "
                                                   "resource allows where that is less"));
    }

    const Experiment& experiment_;
    const Mapped& mapped_;
    Chip& chip_;
    Result& r_;
    bool is_bound_; ///< what comes out must not be slower than on the real chip
    bool look_;     ///< for the steady state
    std::int64_t total_;
    std::int64_t permitted_ = 0;
    Cycle least_ = 0;
    Cycle behind_ = 0;
    std::vector<std::int64_t> per_inference_; ///< firings of each actor; 0: no output waits for them

    // At each output:
    std::vector<Cycle> outputs_;
    std::vector<Chip::PowerStates> power_;
    std::vector<std::vector<std::int64_t>> progress_;
    std::optional<SteadyState> steady_;
};

} // namespace

void stream(const Experiment& experiment, const Mapped& mapped, Chip& chip, Result& r)
{
    if (experiment.run.steady_state || experiment.run.inferences > 1)
        Stream(experiment, mapped, chip, r).run();
}

} // namespace imc::run
