#pragma once

#include <cstdint>

#include "devices/device_model.h"
#include "sim/base/energy.h"

namespace imc::devices
{

/// What programming has cost; sums over cells.
struct WriteCost {
    std::int64_t cells = 0;
    std::int64_t set_pulses = 0, reset_pulses = 0, verify_reads = 0;
    std::int64_t unconverged = 0; ///< cells that left the loop outside the tolerance
    Energy energy;
    double cell_time_s = 0.0; ///< time as if cells were written one after another

    WriteCost& operator+=(const WriteCost& other);
};

/// Write-and-verify of single cells: read, and if the error exceeds the tolerance give pulses towards the
/// target, at most max_iterations times. Steps have a device's own mean, vary from pulse to pulse (σ relative
/// to the mean step, so that a step may go backwards), and shrink towards the end of the range as configured;
/// the conductance stays within [0, max].
class PulseProgrammer
{
public:
    /// Throws std::invalid_argument if the device has no pulse section.
    explicit PulseProgrammer(const DeviceModel& model);

    /// A device's own mean step in siemens, drawn once per device.
    double device_step(RandomStream& random) const;

    struct Written {
        double conductance_s;
        int set_pulses, reset_pulses, verify_reads;
        bool converged;
    };
    Written write(double start_s, double target_s, double step_s, RandomStream& random) const;
    /// Adds a cell's writing to the totals.
    void book(const Written& written, WriteCost& cost) const;

    double tolerance_s() const { return tolerance_s_; }

private:
    double pulse(double g, int direction, double step_s, RandomStream& random) const;

    PulseConfig pulse_;
    double max_s_;
    double tolerance_s_;
    Energy set_energy_, reset_energy_, verify_energy_;
    double set_time_s_ = 0.0, reset_time_s_ = 0.0, verify_time_s_ = 0.0;
};

} // namespace imc::devices
