#include "sim/run/kernel.h"

#include <algorithm>
#include <cstdlib>

#include <systemc>

#include "sim/base/errors.h"
#include "sim/run/deadlock.h"

namespace imc::run
{

void prepare_kernel()
{
    ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
    try {
        sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    } catch (const sc_core::sc_report&) { // it may be set once: whoever did must have set the same
        if (sc_core::sc_get_time_resolution() != sc_core::sc_time(1, sc_core::SC_FS))
            throw;
    }
}

void run_kernel(const Experiment& experiment, const Mapped& mapped, const Chip& chip)
{
    const Cycle limit = experiment.run.no_progress_cycles;
    const Femtoseconds period = experiment.chip.clock().period();
    const Cycle begin = chip.cycle();
    for (;;) {
        const Cycle until = std::max(begin, chip.last_progress()) + limit;
        const auto time = sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(until * period));
        sc_core::sc_start(time - sc_core::sc_time_stamp(), sc_core::SC_EXIT_ON_STARVATION);
        if (sc_core::sc_get_status() == sc_core::SC_STOPPED || !sc_core::sc_pending_activity())
            return;
        if (chip.last_progress() + limit <= until)
            throw RunError(explain_stall(chip, mapped, limit));
    }
}

} // namespace imc::run
