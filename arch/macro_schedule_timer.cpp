#include <algorithm>
#include <optional>

#include "arch/macro/macro.h"
#include "arch/macro_timer.h"

namespace imc
{

namespace
{

class ScheduleTimer : public MacroTimer
{
public:
    ScheduleTimer(const Macro& macro, const Clock& clock) : macro_(macro), clock_(clock) {}

    void request(const MvmOperation& operation, Cycle now, Notify notify) override
    {
        const MacroSchedule schedule = macro_.schedule(operation, clock_);
        Cycle start = now;
        if (last_)
            start = std::max(start, last_start_ + last_->before(schedule));
        last_ = schedule;
        last_start_ = start;
        for (const MacroEvent& event : macro_.counts(operation))
            add(event);
        notify(MacroMoment::started, start);
        notify(MacroMoment::inputs_free, start + schedule.inputs_free);
        notify(MacroMoment::result, start + schedule.latency);
    }

    std::vector<MacroEvent> counts() const override { return counts_; }

private:
    void add(const MacroEvent& event)
    {
        const auto same = [&](const MacroEvent& e) { return e.event == event.event; };
        const auto it = std::find_if(counts_.begin(), counts_.end(), same);
        if (it == counts_.end())
            counts_.push_back(event);
        else
            it->count += event.count;
    }

    const Macro& macro_;
    Clock clock_;
    std::optional<MacroSchedule> last_;
    Cycle last_start_ = 0;
    std::vector<MacroEvent> counts_;
};

} // namespace

std::unique_ptr<MacroTimer> make_schedule_timer(const Macro& macro, const Clock& clock)
{
    return std::make_unique<ScheduleTimer>(macro, clock);
}

} // namespace imc
