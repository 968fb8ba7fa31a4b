#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "arch/config/macro_costs.h"
#include "arch/config/operation.h"
#include "sim/base/time.h"

namespace imc
{

class Macro;

/// What a tile learns about an operation of one of its macros.
enum class MacroMoment {
    started,     ///< the array is driven; from here on nothing stalls the operation
    inputs_free, ///< the last input slice was driven: the input register may take another input
    result,      ///< the last result is at the macro's output
};

/// A macro in time. Operations are served in the order of their requests, each as soon as it can run without waiting
/// inside the macro. Two implementations: the schedule computes the moments when an operation is requested; the
/// circuit steps through every conversion and tells each moment when it comes. Both name the same cycles.
class MacroTimer
{
public:
    using Notify = std::function<void(MacroMoment, Cycle)>;

    virtual ~MacroTimer() = default;
    /// The inputs are complete and the place for the result is reserved at cycle `now`, which must not lie before an
    /// earlier request's. `notify` is called once per moment with its cycle, which may lie ahead (schedule) or be the
    /// present one (circuit).
    virtual void request(const MvmOperation& operation, Cycle now, Notify notify) = 0;
    /// Events of all operations whose result is out (schedule: that were requested), by type.
    virtual std::vector<MacroEvent> counts() const = 0;
};

/// Moments from the macro's schedule. The macro must outlive the timer.
std::unique_ptr<MacroTimer> make_schedule_timer(const Macro& macro, const Clock& clock);

/// SystemC modules, one per component, elaborated as children of the module under construction or at the top. Needs a
/// kernel resolution of 1 fs, set before the first module is built; throws std::logic_error otherwise.
std::unique_ptr<MacroTimer> make_circuit_timer(const char* name, const MacroConfig& config, const MacroCosts& costs,
                                               const Clock& clock);

} // namespace imc
